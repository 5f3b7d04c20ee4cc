import type { ThrottledNetwork, ThrottledNow } from '@brakelight/shared';
import { useThrottledNow } from '../api/queries.js';
import { type Column, DataTable } from '../frame/data-table.js';
import { href } from '../route.js';
import { count, countryName, formatMinute, formatRate, formatShare } from '../words/format.js';
import { GRADE_WORDS, type Names } from '../words/incidents.js';

const FIGURES: readonly Column<ThrottledNetwork>[] = [
  { head: 'Country', cell: ({ country }) => (country === null ? 'Unknown' : countryName(country)) },
  { head: 'Rate', kind: 'number', cell: ({ targetRateBps }) => formatRate(targetRateBps) },
  { head: 'Slow', kind: 'number', cell: ({ slowShare }) => formatShare(slowShare) },
  { head: 'Since', kind: 'one-line', cell: ({ onsetAt }) => (onsetAt ? formatMinute(onsetAt) : '–') },
  {
    head: 'How sure',
    cell: ({ grade, incidentId }) => {
      const { label } = GRADE_WORDS[grade];
      return incidentId === null ? label : <a href={href({ name: 'incident', id: incidentId })}>{label}</a>;
    },
  },
];

/** What is throttled at this moment, network by network; nothing where nothing is. */
export function ThrottledList({ names }: { readonly names: Names }) {
  const list = useThrottledNow();
  // The map says it, too: where the list cannot be had, the page is not poorer by an error.
  if (list.status !== 'ready' || list.data.data.length === 0) return null;
  const platform: Column<ThrottledNetwork> = {
    head: 'Platform',
    cell: ({ target }) => names.get(target) ?? target,
  };
  const network: Column<ThrottledNetwork> = {
    head: 'Network',
    cell: ({ asn, asnName }) => `${asnName ?? 'Unnamed'} (AS${asn})`,
  };
  return (
    <section class="throttled-now" aria-labelledby="throttled-now-title">
      <h2 id="throttled-now-title">Throttled now, network by network</h2>
      <p class="quiet">{promise(list.data)}</p>
      <DataTable
        label="Networks that throttle now"
        columns={[network, platform, ...FIGURES]}
        rows={list.data.data}
        keyOf={({ country, asn, target }) => `${country} ${asn} ${target}`}
        tall
      />
    </section>
  );
}

function promise({ at, drawnFrom, falseDiscoveryRate }: ThrottledNow): string {
  return `At ${formatMinute(at)}, from ${count(drawnFrom, 'judged network', 'judged networks')} and platforms. No more than ${formatShare(falseDiscoveryRate)} of such a list is expected to be wrong.`;
}
