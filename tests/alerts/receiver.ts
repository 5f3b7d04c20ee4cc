import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AlertMessage } from '@brakelight/shared';
import { Webhook } from 'standardwebhooks';

/** One request as it came in, with what the library of Standard Webhooks says of it. */
export interface Received {
  readonly id: string;
  readonly path: string;
  readonly message: AlertMessage;
  readonly answered: number;
}

/** What a receiver answers: a status, or its own way with the response. */
export type Answer = number | ((response: ServerResponse) => void);

/** A receiver on loopback that verifies what it gets. */
export class Receiver {
  readonly received: Received[] = [];
  /** Requests whose signature or content was wrong. */
  readonly refused: string[] = [];
  /** Answers of the next requests; afterwards 204. */
  readonly script: Answer[] = [];
  secret = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/alerts`;
  }

  /** Messages that were answered 2xx. */
  get accepted(): Received[] {
    return this.received.filter(({ answered }) => answered >= 200 && answered < 300);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = this.script.shift() ?? 204;
    try {
      const verified = new Webhook(this.secret).verify(
        Buffer.concat(chunks).toString(),
        request.headers as Record<string, string>,
      );
      this.received.push({
        id: String(request.headers['webhook-id']),
        path: request.url ?? '',
        message: AlertMessage.parse(verified),
        answered: typeof answer === 'number' ? answer : 0,
      });
    } catch (error) {
      this.refused.push((error as Error).message);
    }
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response);
  }
}
