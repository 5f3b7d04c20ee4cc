import {
  CONSENT_TEXTS,
  type Consent,
  type EnrolmentAnswer,
  type EnrolmentRequest,
  fingerprint,
} from '@brakelight/shared';
import { ulid } from 'ulid';
import type { Probe, Probes } from '../live/probes.js';
import type { Tokens } from '../live/tokens.js';
import type { Place } from '../network/network.js';
import { ProblemError } from '../problems/problem.js';

export interface EnrolmentDeps {
  readonly probes: Probes;
  readonly tokens: Tokens;
  readonly coordinatorPublicKey: string;
  readonly probationMs: number;
  readonly now: () => number;
}

/** Takes probes in. */
export class Enrolment {
  readonly #deps: EnrolmentDeps;

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps;
  }

  /**
   * Records a probe whose possession of its key is proven already. The same key again gets the same answer, also with a
   * one-time token that is used up: the first answer may have been lost on its way.
   * @throws ProblemError
   */
  async enrol(request: EnrolmentRequest, place: Place): Promise<EnrolmentAnswer> {
    const { probes, tokens, now } = this.#deps;
    requireCurrent(request.consents);
    const index = fingerprint(request.publicKey);
    const known = await probes.findByKey(index);
    if (known) return this.#answer(known, place);
    const { publicKey, agentVersion, consents } = request;
    const probe = { id: ulid(now()), publicKey, agentVersion, consents, enrolledAt: now() };
    switch (await tokens.redeem(request.token, probe, index, place.subnet)) {
      case 'enrolled':
        return this.#answer(probe, place);
      case 'invalid':
        throw new ProblemError('token-invalid');
      case 'expired':
        throw new ProblemError('token-expired');
      case 'used': {
        // The same key may have been taken in between the look-up and now, by the same request sent twice.
        const again = await probes.findByKey(index);
        if (again) return this.#answer(again, place);
        throw new ProblemError('token-used');
      }
      case 'quota':
        throw new ProblemError('token-quota', { retryAfterS: 86_400 - ((now() / 1000) % 86_400) });
    }
  }

  #answer(probe: Pick<Probe, 'id' | 'enrolledAt'>, place: Place): EnrolmentAnswer {
    return {
      probeId: probe.id,
      coordinatorPublicKey: this.#deps.coordinatorPublicKey,
      country: place.country,
      asn: place.asn,
      probationUntil: new Date(probe.enrolledAt + this.#deps.probationMs).toISOString(),
    };
  }
}

/** Refuses consents to a text that is not the one we show now. @throws ProblemError */
export function requireCurrent(consents: readonly Consent[]): void {
  const errors = consents.flatMap(({ kind, version }, i) =>
    version === CONSENT_TEXTS[kind].version
      ? []
      : [
          {
            path: `/consents/${i}/version`,
            message: `the text in force is version ${CONSENT_TEXTS[kind].version}`,
          },
        ],
  );
  if (errors.length > 0) throw new ProblemError('consent-outdated', { errors });
}
