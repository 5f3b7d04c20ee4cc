import type { Incident } from '@brakelight/shared';
import { Swatch } from '../frame/swatch.js';
import { href } from '../route.js';
import { brakingInShort } from '../words/braking.js';
import { count, formatRate } from '../words/format.js';
import { gradeOf, type Names, periodOf, sentence, shadeOf, statusOf } from '../words/incidents.js';

/** One line of the list: what, how sure, since when, and what it rests on. */
export function IncidentRow({ incident, names }: { readonly incident: Incident; readonly names: Names }) {
  const { statistics } = incident;
  const status = statusOf(incident);
  return (
    <li class={`incident incident-${status.tone}`}>
      <Swatch shade={shadeOf(incident)} />
      <div>
        <h3>
          <a href={href({ name: 'incident', id: incident.id })}>{sentence(incident, names)}</a>
        </h3>
        <p class="tags">
          <span class={`tag tag-${status.tone}`}>{status.label}</span>
          {incident.historical && <span class="stamp">Historical</span>}
          <span>{gradeOf(incident).label}</span>
          {incident.kind === 'slow' && <span>{brakingInShort(incident)}</span>}
        </p>
        <p class="quiet">
          {periodOf(incident)}
          {statistics.rate && (
            <>
              {' at '}
              <strong>{formatRate(statistics.rate.medianBps)}</strong>
              {statistics.controlRateBps !== null &&
                ` where the control gets ${formatRate(statistics.controlRateBps)}`}
            </>
          )}
          . {count(statistics.tests, 'test')} from {count(statistics.subnets, 'subnet')} in{' '}
          {count(statistics.asns, 'network')}.
        </p>
      </div>
    </li>
  );
}
