import { type Cell, type Incident, ThrottledNow } from '@brakelight/shared';
import { z } from 'zod';
import type { DetectionParameters } from '../detection/parameters.js';
import { FALSE_DISCOVERY_RATE, type Listed, listable, throttledNow } from '../detection/throttled-now.js';
import { reads } from './answers.js';
import type { App } from './app.js';

/** Every target is judged once a period at least; what was not is of the past. */
const JUDGED_WITHIN_PERIODS = 3;
const HOUR_MS = 3_600_000;

export interface ThrottledNowDeps {
  readonly store: {
    readonly cells: {
      networks(query: {
        source: string;
        judgedSince: string;
        minLogR: number;
        seenSince: string;
      }): Promise<{ judged: number; candidates: Cell[] }>;
    };
    readonly incidents: { get(id: string): Promise<Incident | null> };
  };
  readonly parameters: DetectionParameters;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

/** The public list: networks that throttle at this moment, with a bounded share of false ones. */
export function throttledNowRoutes(app: App, { store, parameters, now }: ThrottledNowDeps): void {
  app.get(
    '/v1/throttled-now',
    {
      schema: {
        tags: ['throttled now'],
        summary: 'What is throttled now, and no more than 5 % of it wrongly',
        description:
          'Networks in which a platform is throttled at this moment, chosen by e-BH on R / (number of starts in the window) among all that are judged: the expected share of false ones is at most `falseDiscoveryRate`, under any dependence. That holds for the list as a whole, so it cannot be filtered. An incident is another promise: it bounds false alarms over time. What nobody has seen for six periods is not listed.',
        querystring: z.strictObject({}),
        response: reads(ThrottledNow),
      },
    },
    async () => {
      const at = now();
      const { minLogR, seenSince } = listable(parameters, at);
      const fresh = Math.max(HOUR_MS, JUDGED_WITHIN_PERIODS * parameters.periodMs);
      const { judged, candidates } = await store.cells.networks({
        source: 'network',
        judgedSince: new Date(at - fresh).toISOString(),
        minLogR,
        seenSince: new Date(seenSince).toISOString(),
      });
      const found = throttledNow(candidates, judged, parameters, at);
      const ids = new Set(found.flatMap(({ cell }) => cell.incidentId ?? []));
      const incidents = await Promise.all([...ids].map((id) => store.incidents.get(id)));
      const known = new Map(incidents.flatMap((one) => (one === null ? [] : [[one.id, one] as const])));
      return {
        at: new Date(at).toISOString(),
        falseDiscoveryRate: FALSE_DISCOVERY_RATE,
        drawnFrom: judged,
        data: found.map((listed) => networkOf(listed, known.get(listed.cell.incidentId ?? '') ?? null)),
      };
    },
  );
}

function networkOf({ cell, logE }: Listed, incident: Incident | null): ThrottledNow['data'][number] {
  const { country, asnName, target, units, subnets, slowShare, targetRateBps, judgedAt, incidentId } = cell;
  const asn = cell.asn as number;
  const here = incident?.asns.find((one) => one.asn === asn);
  return {
    country,
    asn,
    asnName,
    target,
    grade: incident?.grade ?? 'suspected',
    onsetAt: here?.onsetAt ?? incident?.onsetAt ?? null,
    logE,
    logR: cell.logR as number,
    units,
    subnets,
    slowShare,
    targetRateBps,
    lastUnitAt: cell.lastUnitAt as string,
    judgedAt,
    incidentId,
  };
}
