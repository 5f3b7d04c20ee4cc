import type { Incident, IncidentAsn } from '@brakelight/shared';
import { Scroller } from '../frame/scroller.js';
import { Swatch } from '../frame/swatch.js';
import { formatCount, formatMinute, formatRate, formatShare } from '../words/format.js';
import { STATE_WORDS } from '../words/states.js';

const AFFECTED = new Set(['throttled', 'blocked', 'stalled', 'suspected']);

/** Network by network: the affected first, the largest on top; the others on request. */
export function AsnTable({ incident }: { readonly incident: Incident }) {
  const rows = [...incident.asns].sort((a, b) => b.units - a.units || b.slowShare - a.slowShare);
  const affected = rows.filter(({ state }) => AFFECTED.has(state));
  const others = rows.filter(({ state }) => !AFFECTED.has(state));
  return (
    <section aria-labelledby="asns-title">
      <h2 id="asns-title">Network by network</h2>
      {rows.length === 0 && <p class="quiet">No single network has enough tests to be judged on its own.</p>}
      {affected.length > 0 && <Networks label="Affected networks" rows={affected} />}
      {others.length > 0 && (
        <details class="as-table" open={affected.length === 0}>
          <summary>
            {formatCount(others.length)} networks without a finding: normal, or too few tests to say
          </summary>
          <Networks label="Other networks" rows={others} />
        </details>
      )}
    </section>
  );
}

function Networks({ label, rows }: { readonly label: string; readonly rows: readonly IncidentAsn[] }) {
  return (
    <Scroller label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">Network</th>
            <th scope="col">State</th>
            <th scope="col">Slow tests</th>
            <th scope="col" class="number">
              Rate
            </th>
            <th scope="col" class="number">
              Units
            </th>
            <th scope="col" class="number">
              Subnets
            </th>
            <th scope="col">Began</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Network key={row.asn} row={row} />
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function Network({ row }: { readonly row: IncidentAsn }) {
  return (
    <tr>
      <th scope="row">
        {row.name === null ? '' : `${row.name} `}
        <span class="quiet">AS{row.asn}</span>
      </th>
      <td>
        <span class="state">
          <Swatch shade={row.state} />
          {STATE_WORDS[row.state].label}
        </span>
      </td>
      <td>
        <span class="share">
          <svg viewBox="0 0 60 6" class="share-bar" aria-hidden="true">
            <rect width="60" height="6" rx="3" class="share-ground" />
            <rect width={Math.max(0, Math.min(1, row.slowShare)) * 60} height="6" rx="3" class="share-part" />
          </svg>
          {formatShare(row.slowShare)}
        </span>
      </td>
      <td class="number">{formatRate(row.rateBps)}</td>
      <td class="number">{formatCount(row.units)}</td>
      <td class="number">{formatCount(row.subnets)}</td>
      <td class="one-line">{row.onsetAt ? formatMinute(row.onsetAt) : '–'}</td>
    </tr>
  );
}
