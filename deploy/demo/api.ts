import { Cell, Incident, pageOf } from '@brakelight/shared';
import { z } from 'zod';

const Cells = pageOf(Cell);
const Incidents = pageOf(Incident);
const CreatedToken = z.object({ token: z.string() });
const CreatedSubscription = z.object({ id: z.string(), secret: z.string() });

/** The part of the coordinator's public API that the demo needs, as any client would use it. */
export class CoordinatorApi {
  readonly #base: string;
  readonly #adminKey: string;

  constructor(base: string, adminKey: string) {
    this.#base = base;
    this.#adminKey = adminKey;
  }

  async ready(): Promise<boolean> {
    try {
      return (await fetch(`${this.#base}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  async cells(): Promise<Cell[]> {
    return Cells.parse(await this.#call('GET', '/v1/cells?limit=500')).data;
  }

  async incidents(): Promise<Incident[]> {
    return Incidents.parse(await this.#call('GET', '/v1/incidents?limit=100')).data;
  }

  /** Rows of our own probes that were stored since the coordinator started, from its metrics. */
  async storedRows(): Promise<number> {
    const text = await (await fetch(`${this.#base}/metrics`)).text();
    return Number(/^brakelight_rows_stored_total\{source="network"\} (\d+)/m.exec(text)?.[1] ?? 0);
  }

  /** A one-time enrolment token that names its owner. */
  async token(owner: string): Promise<string> {
    return CreatedToken.parse(await this.#call('POST', '/v1/tokens', { kind: 'one-time', owner })).token;
  }

  /** Subscribes to every alert; returns the signing secret. */
  async subscribe(url: string): Promise<string> {
    return CreatedSubscription.parse(await this.#call('POST', '/v1/webhooks', { url })).secret;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }
}
