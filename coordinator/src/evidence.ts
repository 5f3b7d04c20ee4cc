import type { Incident } from '@brakelight/shared';
import { buildEvidence, writeEvidence } from './detection/evidence.js';
import type { DetectionParameters } from './detection/parameters.js';
import type { EvidenceBundle } from './http/incidents.js';
import { readDocket } from './judge/docket.js';
import type { Store } from './store/store.js';

/**
 * What an incident was decided from, for anyone to decide again: everything that was known at its end, or now while it
 * goes on.
 */
export async function openEvidence(
  store: Pick<Store, 'units'>,
  parameters: DetectionParameters,
  incident: Incident,
  now: number,
): Promise<EvidenceBundle> {
  const { source, target, country } = incident;
  const ended = incident.resolvedAt === null ? now : Date.parse(incident.resolvedAt) + 1;
  const until = incident.historical ? now : Math.min(now, ended);
  const docket = await readDocket(
    store,
    { source, target, until, detectedAt: Date.parse(incident.detectedAt) },
    parameters,
  );
  const bundle = buildEvidence({
    country,
    target,
    parameters: docket.parameters,
    from: docket.from,
    now: Math.floor(docket.at / docket.parameters.periodMs),
    units: docket.units,
    pairs: docket.pairs,
  });
  return {
    filename: `brakelight-evidence-${incident.id}.json`,
    contentType: 'application/json',
    body: writeEvidence(bundle),
  };
}
