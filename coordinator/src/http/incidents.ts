import { Readable } from 'node:stream';
import { Grade, Incident, IncidentEvent, pageOf, SeriesPoint } from '@brakelight/shared';
import { z } from 'zod';
import { ProblemError } from '../problems/problem.js';
import { reads } from './answers.js';
import type { App } from './app.js';
import { LICENCE_HEADERS } from './licence.js';
import { answerPage, pageOfList } from './page.js';
import { Filters, inOrder, Paging, Period, splitQuery } from './query.js';
import type { Reading } from './reading.js';

/** The bundle from which anyone recomputes an incident. */
export interface EvidenceBundle {
  /** Name of the file that a browser saves. */
  readonly filename: string;
  readonly contentType: string;
  readonly body: AsyncIterable<string | Uint8Array>;
}

export interface IncidentRoutesDeps {
  readonly store: Pick<Reading, 'incidents' | 'measurements'>;
  readonly evidence: (incident: Incident) => Promise<EvidenceBundle>;
  /** Length of a unit's period: the picture is no finer, and a day of them is shown before an onset. */
  readonly unitPeriodMs: number;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

const Params = z.strictObject({ id: z.string().min(1).max(100) });
const TAGS = ['incidents'];
const HOUR_MS = 3_600_000;
/** Points of an incident's picture: enough for a wide screen, few enough for a phone. */
const MOST_POINTS = 400;
const STEPS_MS = [
  ...[5, 15, 60, 300].map((seconds) => seconds * 1000),
  ...[0.25, 0.5, 1, 3, 6, 12, 24, 72, 168].map((hours) => hours * HOUR_MS),
];
/** Periods that are shown before an onset, at least: a day of half hours. */
const LEAD_PERIODS = 48;

/** What was found: incidents, how each came about, its picture over time, its evidence. */
export function incidentRoutes(app: App, { store, evidence, unitPeriodMs, now }: IncidentRoutesDeps): void {
  async function find(id: string): Promise<Incident> {
    const incident = await store.incidents.get(id);
    if (!incident) throw new ProblemError('not-found', { detail: `There is no incident "${id}" here.` });
    return incident;
  }

  app.get(
    '/v1/incidents',
    {
      schema: {
        tags: TAGS,
        summary: 'Who slowed what, where, since when, how sure',
        description:
          'Newest first. `since` and `until` select the incidents that were going on at some moment of that period. These are the claims whose false alarms are bounded; suspicions (`grade` `suspected`) are no claims and are listed where `grade` asks for them: `suspected`, or `any`.',
        querystring: inOrder(
          z.strictObject({
            ...Filters,
            ...Period,
            status: Incident.shape.status.meta({ description: 'State of the incident' }).optional(),
            grade: z
              .enum([...Grade.options, 'any'])
              .meta({ description: 'How sure; where not given every grade but `suspected`' })
              .optional(),
            ...Paging,
          }),
        ),
        response: reads(pageOf(Incident)),
      },
    },
    async (request, reply) => {
      const { filter, page } = splitQuery(request.query);
      const { grade, ...rest } = filter;
      return answerPage(request, reply, store.incidents.list({ ...rest, grades: gradesOf(grade) }, page));
    },
  );

  app.get(
    '/v1/incidents/:id',
    {
      schema: { tags: TAGS, summary: 'One incident', params: Params, response: reads(Incident) },
    },
    (request) => find(request.params.id),
  );

  app.get(
    '/v1/incidents/:id/events',
    {
      schema: {
        tags: TAGS,
        summary: 'How an incident came about',
        description: 'Every transition, oldest first, each with the incident as it was then. Append-only.',
        params: Params,
        querystring: z.strictObject(Paging),
        response: reads(pageOf(IncidentEvent)),
      },
    },
    async (request, reply) => {
      const { id } = await find(request.params.id);
      const events = await store.incidents.events({ incidentId: id });
      const { page } = splitQuery(request.query);
      return answerPage(request, reply, Promise.resolve(pageOfList(events, (event) => event.id, page)));
    },
  );

  app.get(
    '/v1/incidents/:id/series',
    {
      schema: {
        tags: TAGS,
        summary: 'Target and control over time',
        description:
          'Medians and quartiles of valid tests in the country of the incident, oldest first; steps without tests are left out. Where no period is given: from as long before the onset as the incident lasted (48 unit periods at least) to as much after its end.',
        params: Params,
        querystring: inOrder(z.strictObject({ ...Period, asn: Filters.asn })),
        response: reads(z.object({ stepMs: z.int(), data: z.array(SeriesPoint) })),
      },
    },
    async (request) => {
      const incident = await find(request.params.id);
      const { since, until, asn } = request.query;
      const usual = usualPeriod(incident, unitPeriodMs, now());
      const period = { since: since ?? usual.since, until: until ?? usual.until };
      const unitMs = incident.historical ? 24 * HOUR_MS : unitPeriodMs;
      const stepMs = stepOf(Date.parse(period.until) - Date.parse(period.since), unitMs);
      const { source, country, target } = incident;
      const data = await store.measurements.series({
        source,
        country,
        target,
        ...(asn !== undefined && { asn }),
        ...period,
        stepMs,
      });
      return { stepMs, data };
    },
  );

  app.get(
    '/v1/incidents/:id/evidence',
    {
      schema: {
        tags: TAGS,
        summary: 'The evidence bundle',
        description: 'Everything from which the claim can be recomputed, streamed.',
        params: Params,
        response: reads(z.unknown().meta({ description: 'The bundle; see Content-Type' })),
      },
    },
    async (request, reply) => {
      const { filename, contentType, body } = await evidence(await find(request.params.id));
      reply
        .headers(LICENCE_HEADERS)
        .type(contentType)
        .header('content-disposition', `attachment; filename="${filename.replace(/[^\w.-]/g, '_')}"`);
      return reply.send(Readable.from(body, { objectMode: false }));
    },
  );
}

/** A suspicion is listed only where it is asked for. */
function gradesOf(asked: Grade | 'any' | undefined): readonly Grade[] {
  if (asked === 'any') return Grade.options;
  return asked === undefined ? Grade.options.filter((grade) => grade !== 'suspected') : [asked];
}

/** The incident with as much before it as it lasted, and a day after it. */
function usualPeriod(
  incident: Incident,
  unitPeriodMs: number,
  now: number,
): { since: string; until: string } {
  const lead = incident.historical ? 24 * HOUR_MS : LEAD_PERIODS * unitPeriodMs;
  const onset = Date.parse(incident.onsetEarliestAt);
  const last = Date.parse(incident.resolvedAt ?? incident.updatedAt);
  const end = incident.historical || incident.resolvedAt ? last + lead : Math.max(now, last);
  const before = Math.max(lead, Math.min(end - onset, 28 * 24 * HOUR_MS));
  return { since: new Date(onset - before).toISOString(), until: new Date(end + 1).toISOString() };
}

function stepOf(lengthMs: number, unitPeriodMs: number): number {
  const fit = STEPS_MS.find((step) => step >= unitPeriodMs && lengthMs / step <= MOST_POINTS);
  return fit ?? Math.ceil(lengthMs / MOST_POINTS / (24 * HOUR_MS)) * 24 * HOUR_MS;
}
