import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  type Catalogue,
  type DrawnTest,
  exportPublicKey,
  readSignatureParams,
  StatusRequest,
  Submission,
  signMessage,
  TestResult,
  type WorkAnswer,
} from '@brakelight/shared';
import { ulid } from 'ulid';
import { catalogueOf } from '../testbed/catalogue-of.js';

/**
 * A coordinator on loopback that draws and takes, and nothing more: the agent beside it is what is weighed. It signs its
 * answers as agents demand; what agents sign it takes at its word.
 */
export class SmallCoordinator {
  readonly token = 'token-of-the-benchmark';
  readonly #key = generateKeyPairSync('ed25519').privateKey;
  readonly #draw: () => { readonly tests: DrawnTest[]; readonly pollAfterMs: number };
  readonly #stored = new Set<string>();
  #catalogue: Catalogue = catalogueOf([]);
  readonly #server: Server;

  /** @param draw the answer to each request for work */
  constructor(draw: () => { tests: DrawnTest[]; pollAfterMs: number }) {
    this.#draw = draw;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Results that agents brought. */
  get stored(): number {
    return this.#stored.size;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const value: unknown = body.length > 0 ? JSON.parse(body.toString()) : undefined;
    const params = readSignatureParams(request.headers);
    const nonce = typeof params === 'string' ? '' : params.nonce;
    const publicKey = exportPublicKey(this.#key);
    switch (`${request.method} ${request.url}`) {
      case 'GET /v1/coordinator':
        return this.#answer(response, 200, { publicKey }, nonce);
      case 'POST /v1/enrolments': {
        const place = { country: null, asn: null, probationUntil: new Date().toISOString() };
        return this.#answer(
          response,
          201,
          { probeId: ulid(), coordinatorPublicKey: publicKey, ...place },
          nonce,
        );
      }
      case 'PUT /v1/probes/self/consents':
        return void response.writeHead(204).end();
      case 'POST /v1/work': {
        const drawn = this.#draw();
        this.#catalogue = catalogueOf(drawn.tests);
        const catalogueVersion = this.#catalogue.version;
        const answer: WorkAnswer = { issuedAt: new Date().toISOString(), ...drawn, catalogueVersion };
        return this.#answer(response, 200, answer, nonce);
      }
      case 'GET /v1/catalogue':
        return this.#answer(response, 200, this.#catalogue, nonce);
      case 'POST /v1/submissions': {
        const results = Submission.parse(value).results.map((item, index) => {
          const { id } = TestResult.parse(item);
          this.#stored.add(id);
          return { index, id, outcome: 'accepted' };
        });
        return this.#answer(response, 202, { submissionId: ulid(), results }, nonce);
      }
      case 'POST /v1/results/status': {
        const state = (id: string) => (this.#stored.has(id) ? 'stored' : 'unknown');
        const results = StatusRequest.parse(value).ids.map((id) => ({ id, state: state(id) }));
        return this.#answer(response, 200, { results }, nonce);
      }
      default:
        return void response.writeHead(404).end();
    }
  }

  #answer(response: ServerResponse, status: number, value: object, nonce: string): void {
    const body = Buffer.from(JSON.stringify(value));
    const params = { keyId: 'coordinator', created: Math.floor(Date.now() / 1000), nonce };
    const signed = signMessage({ status }, body, params, this.#key);
    response.writeHead(status, { 'content-type': 'application/json', ...signed }).end(body);
  }
}
