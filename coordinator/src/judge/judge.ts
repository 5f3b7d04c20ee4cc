import { isDeepStrictEqual } from 'node:util';
import type { Cell, Incident, IncidentEvent } from '@brakelight/shared';
import type { Logger } from 'pino';
import type { CellVerdict } from '../detection/cell-verdict.js';
import { history } from '../detection/history.js';
import { judgeTarget } from '../detection/judge-target.js';
import type { DetectionParameters } from '../detection/parameters.js';
import { transition } from '../detection/transition.js';
import type { Suspected } from '../live/suspected.js';
import type { Store } from '../store/store.js';
import { readDocket } from './docket.js';

/** Uploads come up to a week late. */
const LATE_MS = 7 * 86_400_000;
/** Our own probes' namespace; every other source is an import. */
const NETWORK = 'network';

/** Who is told of new events. */
export interface AlertsSink {
  publish(event: IncidentEvent, options?: { readonly notify?: boolean }): Promise<void>;
}

export interface JudgeDeps {
  readonly store: Pick<Store, 'units' | 'cells' | 'incidents' | 'measurements'>;
  readonly alerts: AlertsSink;
  readonly parameters: DetectionParameters;
  /** Was this import asked to send webhooks? */
  readonly notifies: (source: string) => Promise<boolean>;
  /** Where probes are to be asked for swap pairs. */
  readonly suspected: Pick<Suspected, 'set'>;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Judges (source, target): reads units, lets the pure detection speak, writes what it said. Repeating changes nothing. */
export class Judge {
  readonly #deps: JudgeDeps;

  constructor(deps: JudgeDeps) {
    this.#deps = deps;
  }

  async judge(source: string, target: string): Promise<void> {
    const { store, now, logger } = this.#deps;
    const known = await this.#incidents(source, target);
    const docket = await readDocket(
      store,
      { source, target, until: now(), ...earliestOpen(known) },
      this.#deps.parameters,
    );
    const { historical, parameters, units, pairs, at, from } = docket;
    const verdicts = judgeTarget(units, pairs, parameters, at, from);
    if (!historical) await this.#deps.suspected.set(target, suspectedIn(verdicts), at);
    const names = await store.units.asnNames({ source, target });
    const context = { source, target, historical, at, parameters, names };
    const current = new Map<string, Incident>();
    for (const country of verdicts.filter((verdict) => verdict.asn === null)) {
      const asns = verdicts.filter((one) => one.asn !== null && one.country === country.country);
      const before = known.filter((incident) => incident.country === country.country);
      const told = historical
        ? history(before, country, asns, context)
        : [transition(latest(before), country, asns, context)];
      for (const { incident, events } of told) {
        if (incident === null) continue;
        if (historical || incident.status !== 'resolved') current.set(incident.country, incident);
        const same = before.some((one) => isDeepStrictEqual(one, incident));
        if (events.length > 0 || !same) await this.#write(incident, events);
      }
    }
    await store.cells.save(verdicts.map((verdict) => this.#cell(verdict, context, current)));
    logger.debug({ source, target, units: units.length, cells: verdicts.length }, 'judged');
  }

  /** Those that are open, and those that may still be what is seen now: of an import all. */
  async #incidents(source: string, target: string): Promise<Incident[]> {
    const { store, parameters, now } = this.#deps;
    const { holdMs, windowPeriods, periodMs } = parameters;
    const since = source === NETWORK ? now() - holdMs - 2 * windowPeriods * periodMs - LATE_MS : 0;
    const [open, resolved] = await Promise.all([
      store.incidents.open(source, target),
      store.incidents.list({ source, target, status: 'resolved', since }, { limit: 1000 }),
    ]);
    return [...resolved.data.reverse(), ...open];
  }

  /** Log first, then the current state, then the word to others: what is announced is always in the log. */
  async #write(incident: Incident, events: readonly IncidentEvent[]): Promise<void> {
    const { store, alerts, notifies } = this.#deps;
    await store.incidents.append(events);
    await store.incidents.save([incident]);
    const notify = await notifies(incident.source);
    for (const event of events) await alerts.publish(event, { notify });
  }

  #cell(
    verdict: CellVerdict,
    context: { source: string; target: string; historical: boolean; names: ReadonlyMap<number, string> },
    current: ReadonlyMap<string, Incident>,
  ): Cell {
    return {
      source: context.source,
      historical: context.historical,
      target: context.target,
      ...verdict.cell,
      ...(context.historical && { reason: `At the end of the data: ${verdict.reason}` }),
      asnName: context.names.get(verdict.asn ?? Number.NaN) ?? null,
      judgedAt: new Date(this.#deps.now()).toISOString(),
      incidentId: current.get(verdict.country ?? '')?.id ?? null,
    };
  }
}

/**
 * The last incident of a country: one that is open, else the newest that was claimed, which may be opened again; of a
 * suspicion that faded only if there is nothing else.
 * @param known in the order of detection, the open ones last
 */
function latest(known: readonly Incident[]): Incident | null {
  const open = known.filter(({ status }) => status !== 'resolved');
  const claimed = known.filter(({ grade }) => grade !== 'suspected');
  return open.at(-1) ?? claimed.at(-1) ?? known.at(-1) ?? null;
}

/** The first detection among the open incidents. What is suspected only rests on nothing before the window. */
function earliestOpen(known: readonly Incident[]): { detectedAt?: number } {
  const open = known.filter(({ status, grade }) => status !== 'resolved' && grade !== 'suspected');
  return open.length === 0 ? {} : { detectedAt: Math.min(...open.map((one) => Date.parse(one.detectedAt))) };
}

const UNSUSPICIOUS = new Set<Cell['state']>([
  'normal',
  'insufficient',
  'platform-outage',
  'local-congestion',
]);

/** Countries where something is suspected, or more than that. */
function suspectedIn(verdicts: readonly CellVerdict[]): string[] {
  const found = verdicts.filter(({ state }) => !UNSUSPICIOUS.has(state));
  return [...new Set(found.flatMap(({ country }) => country ?? []))];
}
