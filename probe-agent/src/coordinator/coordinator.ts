import { type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  Catalogue,
  type Consent,
  EnrolmentAnswer,
  type EnrolmentRequest,
  exportPublicKey,
  fingerprint,
  importPublicKey,
  Problem,
  PublicKey,
  readSignatureParams,
  StatusAnswer,
  SubmissionAnswer,
  signMessage,
  type TestResult,
  verifyMessage,
  WorkAnswer,
  type WorkRequest,
} from '@brakelight/shared';
import { z } from 'zod';
import { parseRetryAfter } from './backoff.js';
import { ContactError } from './errors.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.js';

const gzipAsync = promisify(gzip);
const NOTHING = Buffer.alloc(0);

/** What a coordinator says of itself to anyone. */
const Introduction = z.object({ publicKey: PublicKey });

/** How this probe signs. */
export interface Signer {
  /** Probe id; before there is one, the fingerprint of the public key. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** Public key and fingerprint of the coordinator at this address, not yet trusted. @throws ContactError */
export async function introduce(
  http: HttpClient,
  now: number,
): Promise<{ publicKey: string; fingerprint: string }> {
  const answer = await http.send({ method: 'GET', path: '/v1/coordinator', headers: {}, body: NOTHING });
  if (answer.status !== 200) throw problemOf(answer, now);
  const { publicKey } = parse(Introduction, answer.body);
  return { publicKey, fingerprint: fingerprint(publicKey) };
}

/**
 * The wire to one coordinator whose public key is pinned: signs every request, believes work and enrolment only when
 * they carry that key's signature over the nonce of their own request.
 */
export class Coordinator {
  readonly #http: HttpClient;
  readonly #signer: Signer;
  readonly #pinned: KeyObject;
  readonly #now: () => number;

  /** @param pinnedKey the coordinator's public key, base64 */
  constructor(http: HttpClient, signer: Signer, pinnedKey: string, now: () => number) {
    this.#http = http;
    this.#signer = signer;
    this.#pinned = importPublicKey(pinnedKey);
    this.#now = now;
  }

  /** @throws ContactError, like all of these */
  async enrol(request: Omit<EnrolmentRequest, 'publicKey'>): Promise<EnrolmentAnswer> {
    const publicKey = exportPublicKey(this.#signer.privateKey);
    const body = { ...request, publicKey } satisfies EnrolmentRequest;
    const answer = parse(EnrolmentAnswer, await this.#proven('POST', '/v1/enrolments', body));
    if (answer.coordinatorPublicKey !== exportPublicKey(this.#pinned))
      throw new ContactError('untrusted', 'the coordinator enrolled us under another key than it showed');
    return answer;
  }

  async work(request: WorkRequest, signal?: AbortSignal): Promise<WorkAnswer> {
    return parse(WorkAnswer, await this.#proven('POST', '/v1/work', request, signal));
  }

  /** What it measures and against what, as it tells everybody. */
  async catalogue(signal?: AbortSignal): Promise<Catalogue> {
    return parse(Catalogue, await this.#proven('GET', '/v1/catalogue', undefined, signal));
  }

  async submit(results: readonly TestResult[], signal?: AbortSignal): Promise<SubmissionAnswer> {
    const text = JSON.stringify({ sentAt: new Date(this.#now()).toISOString(), results });
    const body = await gzipAsync(text);
    const { answer } = await this.#ask(
      'POST',
      '/v1/submissions',
      body,
      { 'content-encoding': 'gzip' },
      signal,
    );
    return parse(SubmissionAnswer, answer.body);
  }

  async status(ids: readonly string[], signal?: AbortSignal): Promise<StatusAnswer> {
    const { answer } = await this.#ask('POST', '/v1/results/status', json({ ids }), {}, signal);
    return parse(StatusAnswer, answer.body);
  }

  async tellConsents(consents: readonly Consent[], signal?: AbortSignal): Promise<void> {
    await this.#ask('PUT', '/v1/probes/self/consents', json({ consents }), {}, signal);
  }

  /** Asks to be forgotten. */
  async forget(): Promise<void> {
    await this.#ask('DELETE', '/v1/probes/self', NOTHING, {});
  }

  /** Body of an answer that the pinned key signed for exactly this request. */
  async #proven(method: 'GET' | 'POST', path: string, value: unknown, signal?: AbortSignal): Promise<Buffer> {
    const body = value === undefined ? NOTHING : json(value);
    const { answer, nonce } = await this.#ask(method, path, body, {}, signal);
    const fault = verifyMessage({ status: answer.status }, answer.headers, answer.body, this.#pinned);
    if (fault)
      throw new ContactError('untrusted', `the answer's signature is not the coordinator's (${fault})`);
    const params = readSignatureParams(answer.headers);
    if (typeof params === 'string' || params.keyId !== 'coordinator' || params.nonce !== nonce)
      throw new ContactError('untrusted', 'the answer was signed for another request (replayed?)');
    return answer.body;
  }

  async #ask(
    method: HttpRequest['method'],
    path: string,
    body: Buffer,
    extra: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<{ answer: HttpAnswer; nonce: string }> {
    const nonce = randomBytes(16).toString('base64url');
    const params = { keyId: this.#signer.keyId, created: Math.floor(this.#now() / 1000), nonce };
    const signed = signMessage({ method, path }, body, params, this.#signer.privateKey);
    const type: Record<string, string> = body.length > 0 ? { 'content-type': 'application/json' } : {};
    const answer = await this.#http.send(
      {
        method,
        path,
        headers: { ...type, ...extra, ...(method === 'GET' && { 'brakelight-nonce': nonce }), ...signed },
        body,
      },
      signal,
    );
    if (answer.status < 200 || answer.status > 299) throw problemOf(answer, this.#now());
    return { answer, nonce };
  }
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ContactError('untrusted', 'the answer is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'body';
  throw new ContactError('untrusted', `the answer is not of the agreed form (${where}: ${issue?.message})`);
}

function problemOf(answer: HttpAnswer, now: number): ContactError {
  let problem: Problem | undefined;
  try {
    problem = Problem.safeParse(JSON.parse(answer.body.toString('utf8'))).data;
  } catch {
    // Not the coordinator's own words: a proxy in front of it, say.
  }
  const { status } = answer;
  const words = problem
    ? [problem.title, problem.detail].filter(Boolean).join(': ')
    : 'no further explanation';
  const kind =
    status === 429 || status >= 500
      ? 'busy'
      : status === 401 || status === 403
        ? 'unauthorised'
        : status >= 400
          ? 'refused'
          : 'untrusted';
  return new ContactError(kind, `the coordinator answered ${status} (${words})`, {
    status,
    code: problem?.code,
    retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
  });
}
