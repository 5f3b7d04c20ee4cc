import type { Cell } from '@brakelight/shared';
import { type Column, DataTable } from '../frame/data-table.js';
import { StateLabel } from '../frame/state-label.js';
import { href } from '../route.js';
import { formatCount, formatMinute, formatRate, formatShare } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { SEVERITY } from '../words/states.js';

const FIGURES: readonly Column<Cell>[] = [
  {
    head: 'Network',
    cell: ({ asn, asnName }) => (asn === null ? 'Whole country' : `${asnName ?? 'Unnamed'} (AS${asn})`),
  },
  { head: 'State', cell: ({ state }) => <StateLabel shade={state} /> },
  { head: 'Rate', kind: 'number', cell: ({ targetRateBps }) => formatRate(targetRateBps) },
  { head: 'Control', kind: 'number', cell: ({ controlRateBps }) => formatRate(controlRateBps) },
  { head: 'Slow', kind: 'number', cell: ({ slowShare }) => formatShare(slowShare) },
  { head: 'Tests', kind: 'number', cell: ({ tests }) => formatCount(tests) },
  { head: 'Subnets', kind: 'number', cell: ({ subnets }) => formatCount(subnets) },
  {
    head: 'Why',
    kind: 'wide',
    cell: ({ reason, lastUnitAt }) => (
      <>
        {reason}
        {lastUnitAt && <span class="quiet"> Last test {formatMinute(lastUnitAt)}.</span>}
      </>
    ),
  },
];

/** Every platform of a country: the whole country first, then its networks, the worst on top. */
export function CellsTable({ cells, names }: { readonly cells: readonly Cell[]; readonly names: Names }) {
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
    <DataTable
      label="State of each platform and network"
      columns={[{ head: 'Platform', cell: ({ target }) => names.get(target) ?? target }, ...FIGURES]}
      rows={rows}
      keyOf={({ target, asn }) => `${target} ${asn}`}
      classOf={({ asn }) => (asn === null ? 'row-whole' : undefined)}
    />
  );
}
