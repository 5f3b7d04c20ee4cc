import type { KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  importPublicKey,
  readSignatureParams,
  type SignatureFault,
  type SignatureParams,
  signMessage,
  verifyMessage,
} from '@brakelight/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BodyLimits } from '../ingest/limits.js';
import type { Nonces } from '../live/nonces.js';
import type { Probes } from '../live/probes.js';
import { FRESHNESS_S, type SignedRequest } from '../probes/signed-request.js';
import type { ProblemCode } from '../problems/codes.js';
import { ProblemError } from '../problems/problem.js';
import { asPayload, gunzipCapped, readCapped } from './body.js';

const CODES: Readonly<Record<SignatureFault, ProblemCode>> = {
  missing: 'signature-missing',
  malformed: 'signature-malformed',
  'digest-mismatch': 'digest-mismatch',
  'signature-mismatch': 'signature-mismatch',
};

/** Checks signatures of requests and makes those of answers. */
export class Signatures {
  readonly #probes: Probes;
  readonly #nonces: Nonces;
  readonly #key: KeyObject;
  readonly #now: () => number;
  readonly #verified = new WeakMap<FastifyRequest, SignedRequest>();

  constructor(deps: { probes: Probes; nonces: Nonces; signingKey: KeyObject; now: () => number }) {
    this.#probes = deps.probes;
    this.#nonces = deps.nonces;
    this.#key = deps.signingKey;
    this.#now = deps.now;
  }

  /**
   * A `preParsing` hook: nothing of the body is decompressed or parsed before the signature over its raw bytes is good.
   */
  fromProbe(limits: BodyLimits) {
    return async (request: FastifyRequest, _reply: FastifyReply, payload: Readable): Promise<Readable> => {
      const params = this.readParams(request);
      const body = await readCapped(payload, request.headers['content-length'], limits.wire);
      const probe = await this.#probes.get(params.keyId);
      if (!probe) throw new ProblemError('unknown-probe');
      await this.check(request, params, body, probe.publicKey);
      this.#verified.set(request, { probe, params, body });
      return asPayload(
        await gunzipCapped(body, request.headers['content-encoding'], limits.decompressed),
        body.length,
      );
    };
  }

  /** What {@link fromProbe} verified for this request. */
  of(request: FastifyRequest): SignedRequest {
    const signed = this.#verified.get(request);
    if (!signed) throw new Error('this route does not verify signatures');
    return signed;
  }

  /** Reads who claims to have signed, and when. @throws ProblemError where that is unreadable or not fresh */
  readParams(request: FastifyRequest): SignatureParams {
    const params = readSignatureParams(request.headers);
    if (typeof params === 'string') throw new ProblemError(CODES[params]);
    const now = Math.floor(this.#now() / 1000);
    const ahead = params.created - now;
    if (Math.abs(ahead) > FRESHNESS_S) {
      const detail = `It was signed ${Math.abs(ahead)} s ${ahead > 0 ? 'after' : 'before'} now, which is ${new Date(now * 1000).toISOString()} here; ${FRESHNESS_S} s are allowed. Set the clock of this machine, sign anew and send again.`;
      throw new ProblemError(ahead > 0 ? 'signature-future' : 'signature-expired', { detail });
    }
    return params;
  }

  /** Verifies the signature and uses up its nonce. @throws ProblemError */
  async check(
    request: FastifyRequest,
    params: SignatureParams,
    body: Buffer,
    publicKey: string,
  ): Promise<void> {
    const path = request.url.split('?', 1)[0] ?? '';
    const subject = { method: request.method, path };
    const fault = verifyMessage(subject, request.headers, body, importPublicKey(publicKey));
    if (fault) throw new ProblemError(CODES[fault]);
    if (!(await this.#nonces.take(params.keyId, params.nonce, 2 * FRESHNESS_S + 60)))
      throw new ProblemError('nonce-replayed');
  }

  /** Sends JSON with the coordinator's signature over exactly these bytes. */
  send(reply: FastifyReply, status: number, value: unknown, nonce: string): FastifyReply {
    const body = Buffer.from(JSON.stringify(value));
    const params = { keyId: 'coordinator', created: Math.floor(this.#now() / 1000), nonce };
    return reply
      .code(status)
      .headers({ ...signMessage({ status }, body, params, this.#key) })
      .type('application/json; charset=utf-8')
      .send(body);
  }
}
