import type { Incident, IncidentEvent } from '@brakelight/shared';
import { z } from 'zod';
import { BACKGROUND, type Database, INTERACTIVE } from './client.js';
import { Conditions, instant, type Moment, milliseconds } from './conditions.js';
import { decodeCursor, type Listed, type Page, rowsToAsk, toPage } from './cursor.js';

const Key = z.tuple([z.int(), z.string().max(200)]);

export interface IncidentFilter {
  readonly source?: string | undefined;
  readonly country?: string | undefined;
  /** Incidents that this autonomous system is part of. */
  readonly asn?: number | undefined;
  readonly target?: string | undefined;
  readonly status?: Incident['status'] | undefined;
  readonly grades?: readonly Incident['grade'][] | undefined;
  /** Incidents that were going on at some time in [since, until). */
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
}

/** Incidents, and the append-only log of their transitions. */
export class Incidents {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds transitions to the log. Adding one twice changes nothing. */
  append(events: readonly IncidentEvent[]): Promise<void> {
    const rows = events.map((event) => ({
      incidentId: event.incidentId,
      at: event.at,
      id: event.id,
      body: JSON.stringify(event),
    }));
    return this.#database.insert('incident_events', rows);
  }

  /** Transitions of one incident, or of all since an instant (inclusive), oldest first. */
  async events(filter: { incidentId: string } | { since: Moment }): Promise<IncidentEvent[]> {
    const where =
      'since' in filter
        ? new Conditions().within('at', filter.since, undefined)
        : new Conditions().equal('incidentId', 'String', filter.incidentId);
    const rows = await this.#database.rows<{ body: string }>(
      `SELECT body FROM incident_events ${where} ORDER BY at, id LIMIT 1 BY id LIMIT 10000`,
      where.parameters,
      INTERACTIVE,
    );
    return rows.map(({ body }) => JSON.parse(body) as IncidentEvent);
  }

  /** Replaces what was said of these incidents before. */
  save(incidents: readonly Incident[]): Promise<void> {
    const rows = incidents.map((incident) => ({
      id: incident.id,
      source: incident.source,
      country: incident.country,
      target: incident.target,
      status: incident.status,
      asns: incident.asns.map(({ asn }) => asn),
      onsetAt: incident.onsetAt,
      detectedAt: incident.detectedAt,
      resolvedAt: incident.resolvedAt,
      body: JSON.stringify(incident),
    }));
    return this.#database.insert('incidents', rows);
  }

  async get(id: string): Promise<Incident | null> {
    const where = new Conditions().equal('id', 'String', id);
    return (await this.#find(`${where}`, where.parameters))[0] ?? null;
  }

  /** Incidents of a target that are not resolved, oldest first. */
  async open(source: string, target: string): Promise<Incident[]> {
    const where = new Conditions()
      .equal('source', 'String', source)
      .equal('target', 'String', target)
      .add(`status != 'resolved'`);
    return this.#find(`${where} ORDER BY detectedAt, id`, where.parameters);
  }

  /** Newest detection first. @throws InvalidCursorError */
  async list(filter: IncidentFilter, page: Page): Promise<Listed<Incident>> {
    const limit = rowsToAsk(page);
    const where = new Conditions()
      .equal('source', 'String', filter.source)
      .equal('country', 'String', filter.country)
      .equal('target', 'String', filter.target)
      .equal('status', 'String', filter.status);
    if (filter.grades !== undefined) {
      where.add(`has({grades:Array(String)}, JSONExtractString(body, 'grade'))`, { grades: filter.grades });
    }
    if (filter.asn !== undefined) where.add('has(asns, {asn:UInt32})', { asn: filter.asn });
    if (filter.until !== undefined) {
      where.add(`onsetAt < ${instant('until')}`, { until: milliseconds(filter.until) });
    }
    if (filter.since !== undefined) {
      where.add(`resolvedAt IS NULL OR resolvedAt >= ${instant('since')}`, {
        since: milliseconds(filter.since),
      });
    }
    if (page.cursor) {
      const [at, after] = decodeCursor(page.cursor, Key);
      where.add(`(detectedAt, id) < (${instant('cursorAt')}, {cursorId:String})`, {
        cursorAt: at,
        cursorId: after,
      });
    }
    const incidents = await this.#find(`${where} ORDER BY detectedAt DESC, id DESC LIMIT {limit:UInt32}`, {
      ...where.parameters,
      limit,
    });
    return toPage(incidents, limit, (incident) => [milliseconds(incident.detectedAt), incident.id]);
  }

  async #find(clauses: string, parameters: Conditions['parameters']): Promise<Incident[]> {
    const sql = `SELECT body FROM incidents FINAL ${clauses}`;
    const rows = await this.#database.rows<{ body: string }>(sql, parameters, BACKGROUND);
    return rows.map(({ body }) => JSON.parse(body) as Incident);
  }
}
