import type { Cell, Incident, IncidentEvent } from '@brakelight/shared';
import type { Logger } from 'pino';
import { type CellVerdict, judgeTarget } from '../detection/judge-target.js';
import type { DetectionParameters } from '../detection/parameters.js';
import { transition } from '../detection/transition.js';
import type { Store } from '../store/store.js';
import { readDocket } from './docket.js';

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
    const docket = await readDocket(store, { source, target, until: now() }, this.#deps.parameters);
    const { historical, parameters, units, pairs, at, from } = docket;
    const verdicts = judgeTarget(units, pairs, parameters, at, from);
    const context = { source, target, historical, at, parameters };
    const open = await this.#incidents(source, target, at, parameters);
    const current = new Map<string, Incident>();
    for (const country of verdicts.filter((verdict) => verdict.asn === null)) {
      const asns = verdicts.filter((one) => one.asn !== null && one.country === country.country);
      const previous = open.get(country.country as string) ?? null;
      const { incident, events } = transition(previous, country, asns, context);
      if (incident === null) continue;
      if (incident.status !== 'resolved') current.set(incident.country, incident);
      await this.#write(incident, events);
    }
    await store.cells.save(verdicts.map((verdict) => this.#cell(verdict, context, current)));
    logger.debug({ source, target, units: units.length, cells: verdicts.length }, 'judged');
  }

  /** The incident of each country that is open, or ended so recently that it would be opened again. */
  async #incidents(source: string, target: string, at: number, parameters: DetectionParameters) {
    const { incidents } = this.#deps.store;
    const hold = Math.max(parameters.holdMs, parameters.lostAfterPeriods * parameters.periodMs);
    const [open, recent] = await Promise.all([
      incidents.open(source, target),
      incidents.list({ source, target, status: 'resolved', since: at - hold }, { limit: 500 }),
    ]);
    return new Map(
      [...recent.data.reverse(), ...open].map((incident) => [incident.country as string, incident]),
    );
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
    context: { source: string; target: string; historical: boolean },
    current: ReadonlyMap<string, Incident>,
  ): Cell {
    return {
      source: context.source,
      historical: context.historical,
      target: context.target,
      ...verdict.cell,
      asnName: null,
      judgedAt: new Date(this.#deps.now()).toISOString(),
      incidentId: current.get(verdict.country ?? '')?.id ?? null,
    };
  }
}
