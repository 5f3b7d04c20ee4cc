import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import {
  type ArmName,
  type ArmObservation,
  CONSENT_TEXTS,
  type DrawnTest,
  EnrolmentAnswer,
  exportPublicKey,
  fingerprint,
  importPublicKey,
  Problem,
  readSignatureParams,
  StatusAnswer,
  SubmissionAnswer,
  signMessage,
  type TestKind,
  type TestResult,
  verifyMessage,
  WorkAnswer,
} from '@brakelight/shared';
import { IN_A_MONTH, type TestCoordinator } from './test-coordinator.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What goes over the wire may differ from what a probe would send, in each of these. */
export interface Twist {
  readonly keyId?: string;
  /** Seconds from now. */
  readonly createdIn?: number;
  readonly nonce?: string;
  readonly key?: KeyObject;
  /** Changes headers after signing; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent instead of the body that was signed. */
  readonly sent?: Buffer;
  readonly localAddress?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends raw bytes over a real socket. */
export function send(
  origin: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
  localAddress?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(
      new URL(path, origin),
      { method, headers: { ...headers, 'content-length': body.length }, agent, localAddress },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

export const problemOf = (answer: Answer): Problem => Problem.parse(JSON.parse(answer.body.toString('utf8')));
export const gzipJson = (value: unknown): Buffer => gzipSync(JSON.stringify(value));

/** A probe that speaks the wire by hand, so that it can also speak it wrongly. */
export class TestProbe {
  readonly keys = generateKeyPairSync('ed25519');
  readonly publicKey = exportPublicKey(this.keys.publicKey);
  readonly coordinator: TestCoordinator;
  id = '';

  constructor(coordinator: TestCoordinator) {
    this.coordinator = coordinator;
  }

  static async enrolled(coordinator: TestCoordinator, kinds: TestKind[] = ['platform']): Promise<TestProbe> {
    const probe = new TestProbe(coordinator);
    const token = await coordinator.wire.tokens.create({
      kind: 'once',
      owner: `owner-of-${probe.publicKey}`,
      quota: 1,
      expiresAt: IN_A_MONTH,
    });
    const answer = await probe.enrol(token, kinds);
    if (answer.status !== 201) throw new Error(answer.body.toString());
    return probe;
  }

  consents(kinds: readonly TestKind[]) {
    const acceptedAt = new Date().toISOString();
    return kinds.map((kind) => ({ kind, version: CONSENT_TEXTS[kind].version, acceptedAt }));
  }

  async enrol(token: string, kinds: TestKind[] = ['platform'], twist: Twist = {}): Promise<Answer> {
    const body = { token, publicKey: this.publicKey, agentVersion: '0.1.0', consents: this.consents(kinds) };
    const answer = await this.ask('POST', '/v1/enrolments', Buffer.from(JSON.stringify(body)), {
      keyId: fingerprint(this.publicKey),
      ...twist,
    });
    if (answer.status === 201) this.id = EnrolmentAnswer.parse(JSON.parse(answer.body.toString())).probeId;
    return answer;
  }

  /** Signs and sends. */
  ask(method: string, path: string, body: Buffer, twist: Twist = {}): Promise<Answer> {
    const params = {
      keyId: twist.keyId ?? this.id,
      created: Math.floor(Date.now() / 1000) + (twist.createdIn ?? 0),
      nonce: twist.nonce ?? randomBytes(12).toString('base64url'),
    };
    const signed = signMessage({ method, path }, body, params, twist.key ?? this.keys.privateKey);
    const headers: Record<string, string> = {
      ...(body.length > 0 && { 'content-type': 'application/json' }),
      ...signed,
    };
    for (const [name, value] of Object.entries(twist.headers ?? {})) {
      if (value === undefined) delete headers[name];
      else headers[name] = value;
    }
    return send(this.coordinator.origin, method, path, headers, twist.sent ?? body, twist.localAddress);
  }

  async work(
    kinds: TestKind[] = ['platform'],
    budgetLeftBytes = 100_000_000,
    twist: Twist & { readonly families?: readonly (4 | 6)[] } = {},
  ): Promise<WorkAnswer> {
    const nonce = randomBytes(12).toString('base64url');
    const { families = [4], ...rest } = twist;
    const request = { agentVersion: '0.1.0', methodVersion: '1.0.0', kinds, budgetLeftBytes, families };
    const answer = await this.ask('POST', '/v1/work', Buffer.from(JSON.stringify(request)), {
      nonce,
      ...rest,
    });
    if (answer.status !== 200) throw new Error(answer.body.toString());
    const fault = verifyMessage(
      { status: 200 },
      answer.headers,
      answer.body,
      importPublicKey(this.coordinator.publicKey),
    );
    const params = readSignatureParams(answer.headers);
    if (fault || typeof params === 'string' || params.nonce !== nonce || params.keyId !== 'coordinator')
      throw new Error(`the work is not signed: ${fault}`);
    return WorkAnswer.parse(JSON.parse(answer.body.toString()));
  }

  /** One drawn test; forgets what is due, so that there is always another. */
  async draw(): Promise<DrawnTest> {
    await this.coordinator.redis.del(`${this.coordinator.prefix}:due:${this.id}`);
    const test = (await this.work()).tests[0];
    if (!test) throw new Error('nothing was drawn');
    return test;
  }

  async drawMany(count: number): Promise<DrawnTest[]> {
    const tests: DrawnTest[] = [];
    while (tests.length < count) {
      await this.coordinator.redis.del(`${this.coordinator.prefix}:due:${this.id}`);
      tests.push(...(await this.work()).tests);
    }
    return tests.slice(0, count);
  }

  submit(results: readonly unknown[], twist: Twist = {}): Promise<Answer> {
    return this.submitRaw(gzipJson({ sentAt: new Date().toISOString(), results }), twist);
  }

  submitRaw(body: Buffer, twist: Twist = {}): Promise<Answer> {
    return this.ask('POST', '/v1/submissions', body, {
      ...twist,
      headers: { 'content-encoding': 'gzip', ...twist.headers },
    });
  }

  async accepted(results: readonly unknown[]): Promise<SubmissionAnswer> {
    const answer = await this.submit(results);
    if (answer.status !== 202) throw new Error(`${answer.status} ${answer.body}`);
    return SubmissionAnswer.parse(JSON.parse(answer.body.toString()));
  }

  async states(ids: readonly string[]): Promise<Map<string, string>> {
    const answer = await this.ask('POST', '/v1/results/status', Buffer.from(JSON.stringify({ ids })));
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
    const { results } = StatusAnswer.parse(JSON.parse(answer.body.toString()));
    return new Map(results.map(({ id, state }) => [id, state]));
  }
}

/** An arm at a steady rate. */
export function arm(name: ArmName, startedAt: number, bps: number): ArmObservation {
  const bytes = 96_000;
  const ms = (bytes * 8000) / bps;
  const curve = Array.from({ length: 11 }, (_, i): [number, number] => [
    Math.round((ms * i) / 10),
    Math.round((bytes * i) / 10),
  ]);
  return {
    arm: name,
    direction: 'download',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: ms + 60,
    end: { kind: 'complete' },
    family: 4,
    remoteAddress: '198.51.100.7',
    dnsAnswers: ['198.51.100.7'],
    protocol: 'http/1.1',
    httpStatus: 200,
    phases: { dnsMs: 5, tcpMs: 20, tlsMs: 25, firstByteMs: 30 },
    bytesReceived: bytes + 4_000,
    bytesSent: 900,
    curve,
    rateBps: Math.round(bps),
    loopDelayMs: 1,
  };
}

/** The result of a drawn test, run just now. */
export function resultOf(
  test: DrawnTest,
  change: Partial<TestResult> = {},
  targetBps = 20_000_000,
): TestResult {
  const begin = Date.parse(change.measuredAt ?? test.drawnAt);
  const [first, second] = test.arms.map((drawn) => drawn.arm) as [ArmName, ArmName];
  const asDrawn = { direction: test.arms[0]?.direction ?? 'download', family: test.family };
  const rate = (name: ArmName) => (name === 'A' || name === 'C' ? targetBps : 20_000_000);
  const { id, ticket, kind, target, control, deep, drawnAt } = test;
  return {
    id,
    ticket,
    kind,
    target,
    control,
    deep,
    drawnAt,
    measuredAt: new Date(begin).toISOString(),
    arms: [
      { ...arm(first, begin, rate(first)), ...asDrawn },
      { ...arm(second, begin + 10_000, rate(second)), ...asDrawn },
    ],
    agentVersion: '0.1.0',
    methodVersion: '1.0.0',
    nodeVersion: 'v20.20.2',
    ...change,
  };
}
