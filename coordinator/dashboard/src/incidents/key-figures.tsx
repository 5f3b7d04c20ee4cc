import type { Incident } from '@brakelight/shared';
import { directionOf, mechanismOf } from '../words/braking.js';
import { formatMinute, formatRate, formatShare, formatSpan } from '../words/format.js';
import { type Explained, outlastsData } from '../words/incidents.js';

/** What people quote of an incident, each with what qualifies it. */
export function KeyFigures({ incident }: { readonly incident: Incident }) {
  const { statistics, onsetAt, onsetEarliestAt, onsetLatestAt, resolvedAt } = incident;
  const { rate, share } = statistics;
  const spread = Date.parse(onsetLatestAt) - Date.parse(onsetEarliestAt);
  return (
    <dl class="figures">
      <div>
        <dt>Began</dt>
        <dd>
          {formatMinute(onsetAt)}
          <small>give or take {formatSpan(spread / 2)}</small>
        </dd>
      </div>
      <div>
        <dt>{resolvedAt ? (outlastsData(incident) ? 'Data end' : 'Ended') : 'Noticed'}</dt>
        <dd>
          {formatMinute(resolvedAt ?? incident.detectedAt)}
          <small>
            {resolvedAt
              ? `noticed ${formatMinute(incident.detectedAt)}`
              : 'with the test that crossed the threshold'}
          </small>
        </dd>
      </div>
      <div>
        <dt>Rate</dt>
        <dd>
          {rate ? formatRate(rate.medianBps) : '–'}
          <small>
            {rate
              ? `the middle half between ${formatRate(rate.p25Bps)} and ${formatRate(rate.p75Bps)}`
              : 'nothing came through'}
          </small>
        </dd>
      </div>
      <div>
        <dt>Affected</dt>
        <dd>
          {formatShare(share.estimate)} of tests
          <small>
            between {formatShare(share.lower)} and {formatShare(share.upper)} at 95% confidence
          </small>
        </dd>
      </div>
      <Words term="Held back" of={directionOf(incident)} />
      <Words term="How" of={mechanismOf(incident)} />
    </dl>
  );
}

function Words({ term, of }: { readonly term: string; readonly of: Explained }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {of.label}
        <small>{of.meaning}</small>
      </dd>
    </div>
  );
}
