import type { Cell } from '@brakelight/shared';
import { LIVE, useCells, useIncidents, useTargets } from '../api/queries.js';
import { Historical, Ready, Staleness } from '../frame/notices.js';
import { Scroller } from '../frame/scroller.js';
import { Swatch } from '../frame/swatch.js';
import { IncidentList } from '../incidents/incident-list.js';
import { href, type View } from '../route.js';
import { countryName, formatCount, formatMinute, formatRate, formatShare } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { SEVERITY, STATE_WORDS } from '../words/states.js';

/** One country: every platform, the whole country first, then network by network. */
export function PlacePage({ country, view }: { readonly country: string; readonly view: View }) {
  const source = view.source ?? LIVE;
  const targets = useTargets();
  const cells = useCells(source, country);
  const incidents = useIncidents(source, country);
  const names = new Map(
    targets.status === 'ready' ? targets.data.items.map(({ target, name }) => [target, name]) : [],
  );
  return (
    <article class="place">
      <p class="crumb">
        <a href={href({ name: 'atlas' }, { source: view.source })}>Atlas</a>
      </p>
      <h1>{countryName(country)}</h1>
      <Staleness of={[cells, incidents]} />
      {source !== LIVE && (
        <Historical>
          From the import <strong>{source}</strong>, judged at the end of its own time. It says nothing about
          today.
        </Historical>
      )}
      <Ready of={incidents} what="the incidents">
        {({ items, complete }) => <IncidentList incidents={items} names={names} complete={complete} />}
      </Ready>
      <section aria-labelledby="cells-title">
        <h2 id="cells-title">{source === LIVE ? 'Now, platform by platform' : 'At the end of the data'}</h2>
        <Ready of={cells} what="the measurements">
          {({ items }) => <Cells cells={items} names={names} />}
        </Ready>
      </section>
    </article>
  );
}

function Cells({ cells, names }: { readonly cells: readonly Cell[]; readonly names: Names }) {
  if (cells.length === 0) {
    return (
      <p class="quiet">
        Nobody measures here. That is not the same as normal.{' '}
        <a href={href({ name: 'about' })}>How to join</a>.
      </p>
    );
  }
  const rows = [...cells].sort(
    (a, b) =>
      a.target.localeCompare(b.target) ||
      Number(a.asn !== null) - Number(b.asn !== null) ||
      SEVERITY.indexOf(a.state) - SEVERITY.indexOf(b.state) ||
      b.units - a.units,
  );
  return (
    <Scroller label="State of each platform and network">
      <table>
        <thead>
          <tr>
            <th scope="col">Platform</th>
            <th scope="col">Network</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Rate
            </th>
            <th scope="col" class="number">
              Control
            </th>
            <th scope="col" class="number">
              Slow
            </th>
            <th scope="col" class="number">
              Tests
            </th>
            <th scope="col" class="number">
              Subnets
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((cell) => (
            <tr key={`${cell.target} ${cell.asn}`} class={cell.asn === null ? 'row-whole' : undefined}>
              <th scope="row">{names.get(cell.target) ?? cell.target}</th>
              <td>{cell.asn === null ? 'Whole country' : `${cell.asnName ?? 'Unnamed'} (AS${cell.asn})`}</td>
              <td>
                <span class="state">
                  <Swatch shade={cell.state} />
                  {STATE_WORDS[cell.state].label}
                </span>
              </td>
              <td class="number">{formatRate(cell.targetRateBps)}</td>
              <td class="number">{formatRate(cell.controlRateBps)}</td>
              <td class="number">{formatShare(cell.slowShare)}</td>
              <td class="number">{formatCount(cell.tests)}</td>
              <td class="number">{formatCount(cell.subnets)}</td>
              <td class="wide">
                {cell.reason}
                {cell.lastUnitAt && <span class="quiet"> Last test {formatMinute(cell.lastUnitAt)}.</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
