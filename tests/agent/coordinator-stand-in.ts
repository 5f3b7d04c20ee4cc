import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  type Catalogue,
  type Consent,
  ConsentUpdate,
  type DrawnTest,
  EnrolmentRequest,
  exportPublicKey,
  fingerprint,
  importPublicKey,
  readSignatureParams,
  StatusRequest,
  Submission,
  signMessage,
  TestResult,
  verifyMessage,
  type WorkAnswer,
  WorkRequest,
} from '@brakelight/shared';
import { ulid } from 'ulid';
import { catalogueOf } from '../../deploy/dist/testbed/catalogue-of.js';

/** An answer in place of the regular one. `hang`: none at all, the connection is cut. */
export type Fault = { status: number; code?: string; headers?: Record<string, string> } | 'hang';

interface Enrolled {
  readonly publicKey: string;
  consents: readonly Consent[];
}

/**
 * A small real coordinator on loopback that speaks the wire and nothing more: it verifies what agents sign, signs what it
 * answers, draws tests from a function, and remembers every copy of every result. Its misbehaviour is set from outside.
 */
export class CoordinatorStandIn {
  readonly token = 'token-of-a-volunteer';
  readonly probes = new Map<string, Enrolled>();
  /** Every copy of every result that was taken, by id. */
  readonly received = new Map<string, TestResult[]>();
  readonly drawn = new Map<string, DrawnTest>();
  readonly workRequests: WorkRequest[] = [];
  /** Requests by path, faulty ones included, with their time and source address. */
  readonly requests: { path: string; at: number; from: string | undefined }[] = [];
  /** Tests for the next requests for work. */
  draw: () => DrawnTest[] = () => [];
  pollAfterMs = 200;
  /** Tests that its public list speaks of. */
  list: (drawn: readonly DrawnTest[]) => readonly DrawnTest[] = (drawn) => drawn;
  /** Asked for each request; what it returns is answered instead. */
  fault: (path: string) => Fault | undefined = () => undefined;
  /** Why an item is rejected. */
  reject: (result: TestResult) => string | undefined = () => undefined;
  /** How signed answers are signed. */
  signing: 'well' | 'by another key' | 'not at all' | 'for another request' = 'well';
  /** Whether what was taken counts as stored. */
  storing = true;
  readonly #key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  readonly #nonces = new Set<string>();
  #server: Server | undefined;
  #port = 0;

  get publicKey(): string {
    return exportPublicKey(this.#key);
  }

  get fingerprint(): string {
    return fingerprint(this.publicKey);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens; after {@link vanish} on the same port. */
  async listen(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away with all connections. */
  async vanish(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  asked(path: string): number {
    return this.requests.filter((r) => r.path === path).length;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const method = request.method ?? '';
    this.requests.push({ path, at: performance.now(), from: request.socket.remoteAddress });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);

    const fault = this.fault(path);
    if (fault === 'hang') return void request.socket.destroy();
    if (fault) return problem(response, fault.status, fault.code ?? 'made-up', fault.headers);
    if (path === '/v1/coordinator') return send(response, 200, { publicKey: this.publicKey });

    const params = readSignatureParams(request.headers);
    if (typeof params === 'string') return problem(response, 401, `signature-${params}`);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const value: unknown = body.length > 0 ? JSON.parse(body.toString()) : undefined;
    const enrolment = path === '/v1/enrolments' ? EnrolmentRequest.parse(value) : undefined;
    const publicKey = enrolment?.publicKey ?? this.probes.get(params.keyId)?.publicKey;
    if (!publicKey) return problem(response, 401, 'unknown-probe');
    const bad = verifyMessage({ method, path }, request.headers, raw, importPublicKey(publicKey));
    if (bad) return problem(response, 401, bad);
    if (this.#nonces.has(params.nonce)) return problem(response, 401, 'nonce-replayed');
    this.#nonces.add(params.nonce);

    switch (`${method} ${path}`) {
      case 'POST /v1/enrolments':
        if (!enrolment || params.keyId !== fingerprint(publicKey))
          return problem(response, 401, 'key-mismatch');
        return this.#enrol(response, enrolment, params.nonce);
      case 'PUT /v1/probes/self/consents':
        this.probes.set(params.keyId, { publicKey, consents: ConsentUpdate.parse(value).consents });
        return send(response, 204, undefined);
      case 'DELETE /v1/probes/self':
        this.probes.delete(params.keyId);
        return send(response, 204, undefined);
      case 'POST /v1/work':
        this.workRequests.push(WorkRequest.parse(value));
        return this.#sendSigned(response, 200, this.#work(), params.nonce);
      case 'GET /v1/catalogue': {
        const nonce = request.headers['brakelight-nonce'];
        return this.#sendSigned(response, 200, this.#catalogue(), String(nonce));
      }
      case 'POST /v1/submissions':
        return send(response, 202, { submissionId: ulid(), results: this.#take(Submission.parse(value)) });
      case 'POST /v1/results/status': {
        const { ids } = StatusRequest.parse(value);
        const state = (id: string) =>
          this.received.has(id) ? (this.storing ? 'stored' : 'pending') : 'unknown';
        return send(response, 200, { results: ids.map((id) => ({ id, state: state(id) })) });
      }
      default:
        return problem(response, 404, 'not-found');
    }
  }

  #enrol(response: ServerResponse, request: EnrolmentRequest, nonce: string): void {
    if (request.token !== this.token) {
      problem(response, 403, 'token-invalid');
      return;
    }
    const known = [...this.probes].find(([, p]) => p.publicKey === request.publicKey)?.[0];
    const probeId = known ?? ulid();
    this.probes.set(probeId, { publicKey: request.publicKey, consents: request.consents });
    const answer = {
      probeId,
      coordinatorPublicKey: this.publicKey,
      country: 'RU',
      asn: 64_496,
      probationUntil: '2030-01-01T00:00:00.000Z',
    };
    this.#sendSigned(response, 201, answer, nonce);
  }

  #work(): WorkAnswer {
    const tests = this.draw();
    for (const test of tests) this.drawn.set(test.id, test);
    return {
      issuedAt: new Date().toISOString(),
      tests,
      pollAfterMs: this.pollAfterMs,
      catalogueVersion: this.#catalogue().version,
    };
  }

  #catalogue(): Catalogue {
    return catalogueOf(this.list([...this.drawn.values()]));
  }

  #take({ results }: Submission) {
    return results.map((item, index) => {
      const result = TestResult.parse(item);
      const { id } = result;
      const reason = this.drawn.has(id) ? this.reject(result) : 'it was never drawn';
      if (reason) return { index, id, outcome: 'rejected' as const, reason };
      const copies = this.received.get(id) ?? [];
      this.received.set(id, [...copies, result]);
      return { index, id, outcome: copies.length > 0 ? ('duplicate' as const) : ('accepted' as const) };
    });
  }

  #sendSigned(response: ServerResponse, status: number, value: object, nonce: string): void {
    if (this.signing === 'not at all') {
      send(response, status, value);
      return;
    }
    const key = this.signing === 'by another key' ? generateKeyPairSync('ed25519').privateKey : this.#key;
    const params = {
      keyId: 'coordinator',
      created: Math.floor(Date.now() / 1000),
      nonce: this.signing === 'for another request' ? 'recorded-before' : nonce,
    };
    const body = Buffer.from(JSON.stringify(value));
    send(response, status, value, { ...signMessage({ status }, body, params, key) });
  }
}

function send(
  response: ServerResponse,
  status: number,
  value: object | undefined,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(value && JSON.stringify(value));
}

function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  const type = { 'content-type': 'application/problem+json' };
  response.writeHead(status, { ...type, ...headers });
  response.end(JSON.stringify({ type: `urn:${code}`, title: code, status, code, requestId: 'r1' }));
}
