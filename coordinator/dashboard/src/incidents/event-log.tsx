import type { IncidentEvent } from '@brakelight/shared';
import { formatMinute } from '../words/format.js';
import { gradeOf } from '../words/incidents.js';

const TYPE_WORDS: Readonly<Record<IncidentEvent['type'], string>> = {
  detected: 'Detected',
  updated: 'Updated',
  resolved: 'Resolved',
};

/** The append-only log, in the order in which it was written. */
export function EventLog({ events }: { readonly events: readonly IncidentEvent[] }) {
  if (events.length === 0) return <p class="quiet">Nothing has been written yet.</p>;
  const sorted = [...events].sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
  return (
    <ol class="events">
      {sorted.map(({ id, type, at, reason, incident }) => (
        <li key={id} class={`event event-${type}`}>
          <time dateTime={at}>{formatMinute(at)}</time>
          <p>
            <strong>{TYPE_WORDS[type]}.</strong> {reason}{' '}
            <span class="quiet">Then: {gradeOf(incident).label.toLowerCase()}.</span>
          </p>
        </li>
      ))}
    </ol>
  );
}
