import type { Incident, IncidentAsn } from '@brakelight/shared';
import { type Column, DataTable } from '../frame/data-table.js';
import { StateLabel } from '../frame/state-label.js';
import { formatCount, formatMinute, formatRate } from '../words/format.js';
import { ShareBar } from './share-bar.js';

const AFFECTED = new Set(['throttled', 'blocked', 'stalled', 'suspected']);

const COLUMNS: readonly Column<IncidentAsn>[] = [
  {
    head: 'Network',
    cell: ({ name, asn }) => (
      <>
        {name === null ? '' : `${name} `}
        <span class="quiet">AS{asn}</span>
      </>
    ),
  },
  { head: 'State', cell: ({ state }) => <StateLabel shade={state} /> },
  { head: 'Slow tests', cell: ({ slowShare }) => <ShareBar share={slowShare} /> },
  { head: 'Rate', kind: 'number', cell: ({ rateBps }) => formatRate(rateBps) },
  { head: 'Units', kind: 'number', cell: ({ units }) => formatCount(units) },
  { head: 'Subnets', kind: 'number', cell: ({ subnets }) => formatCount(subnets) },
  { head: 'Began', kind: 'one-line', cell: ({ onsetAt }) => (onsetAt ? formatMinute(onsetAt) : '–') },
];

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
  return <DataTable label={label} columns={COLUMNS} rows={rows} keyOf={({ asn }) => asn} />;
}
