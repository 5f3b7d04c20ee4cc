import type { Incident } from '@brakelight/shared';
import { byUrgency, type Names } from '../words/incidents.js';
import { IncidentRow } from './incident-row.js';

interface IncidentListProps {
  readonly incidents: readonly Incident[];
  readonly names: Names;
  readonly complete: boolean;
}

/** Open ones first. */
export function IncidentList({ incidents, names, complete }: IncidentListProps) {
  const sorted = [...incidents].sort(byUrgency);
  return (
    <section class="incidents" aria-labelledby="incidents-title">
      <h2 id="incidents-title">Incidents</h2>
      {sorted.length === 0 && <p class="quiet">None so far.</p>}
      {sorted.length > 0 && (
        <ol>
          {sorted.map((incident) => (
            <IncidentRow key={incident.id} incident={incident} names={names} />
          ))}
        </ol>
      )}
      {!complete && <p class="quiet">There are more than are listed here; the API has all of them.</p>}
    </section>
  );
}
