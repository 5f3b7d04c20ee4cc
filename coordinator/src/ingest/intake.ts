import { type ItemOutcome, Submission, type SubmissionAnswer } from '@brakelight/shared';
import { ulid } from 'ulid';
import type { Counters } from '../live/counters.js';
import type { Taken } from '../live/taken.js';
import type { Place } from '../network/network.js';
import type { ProbationRule } from '../probes/probation.js';
import { FRESHNESS_S, type SignedRequest } from '../probes/signed-request.js';
import { ProblemError } from '../problems/problem.js';
import type { Tickets } from '../work/ticket.js';
import { judgeItem } from './item.js';
import type { IngestQueue } from './queue.js';

export interface IntakeDeps {
  readonly queue: IngestQueue;
  readonly taken: Taken;
  readonly counters: Counters;
  readonly tickets: Tickets;
  readonly probation: ProbationRule;
  readonly now: () => number;
}

/** Takes submissions of probes: item by item, then as one job. */
export class Intake {
  readonly #deps: IntakeDeps;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves once Redis has the job.
   * @param signed verified request
   * @param body its body, decompressed and parsed, not yet validated
   * @throws ProblemError
   */
  async take(signed: SignedRequest, body: unknown, gzip: boolean, place: Place): Promise<SubmissionAnswer> {
    const { queue, taken, counters, probation, now } = this.#deps;
    const submission = this.#envelope(body);
    const receivedAt = now();
    const submissionId = ulid(receivedAt);
    const { outcomes, returned } = await this.#judge(submission, signed.probe.id);
    const accepted = outcomes.filter(({ outcome }) => outcome === 'accepted');
    if (accepted.length > 0) {
      await queue.add(submissionId, {
        kind: 'probe',
        probe: signed.probe.id,
        owner: signed.probe.owner,
        place,
        consents: signed.probe.consents.map((consent) => consent.kind),
        probation: await probation.applies(signed.probe),
        receivedAt,
        body: signed.body.toString('base64'),
        gzip,
        take: accepted.map(({ index }) => index),
      });
      // Only now: "pending" must never be said of what is not in the queue.
      await taken.queued(accepted.flatMap(({ id }) => id ?? []));
      await counters.returned(signed.probe.id, returned);
    }
    return { submissionId, results: outcomes };
  }

  #envelope(body: unknown): Submission {
    const parsed = Submission.safeParse(body);
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({
        path: `/${path.join('/')}`,
        message,
      }));
      throw new ProblemError('invalid-submission', { errors });
    }
    if (Date.parse(parsed.data.sentAt) > this.#deps.now() + FRESHNESS_S * 1000)
      throw new ProblemError('future-dated');
    return parsed.data;
  }

  async #judge(submission: Submission, probeId: string) {
    const verdicts = submission.results.map((item) => judgeItem(item, probeId, this.#deps.tickets));
    const ids = verdicts.flatMap((verdict) => ('result' in verdict ? [verdict.result.id] : []));
    const states = await this.#deps.taken.states(ids);
    const seen = new Set(ids.filter((_, i) => states[i] !== undefined));
    const returned: { id: string; drawnAt: number }[] = [];
    const outcomes = verdicts.map((verdict, index): ItemOutcome => {
      if (!('result' in verdict))
        return { index, id: verdict.id, outcome: 'rejected', reason: verdict.reason };
      const { id } = verdict.result;
      if (seen.has(id)) return { index, id, outcome: 'duplicate' };
      seen.add(id);
      returned.push({ id, drawnAt: Date.parse(verdict.result.drawnAt) });
      return { index, id, outcome: 'accepted' };
    });
    return { outcomes, returned };
  }
}
