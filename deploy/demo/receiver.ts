import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AlertMessage } from '@brakelight/shared';
import { Webhook } from 'standardwebhooks';

/** A message that arrived and whose signature was good. */
export interface VerifiedAlert {
  readonly messageId: string;
  readonly receivedAt: number;
  readonly message: AlertMessage;
}

/** What a careful receiver does: verify the signature over the raw body, then parse, then drop duplicates by id. */
export class WebhookReceiver {
  readonly #server: Server;
  readonly #onAlert: (alert: VerifiedAlert) => void;
  readonly #seen = new Map<string, VerifiedAlert>();
  #webhook: Webhook | undefined;
  /** Requests that were refused, with the reason. */
  readonly refused: string[] = [];

  constructor(onAlert: (alert: VerifiedAlert) => void) {
    this.#onAlert = onAlert;
    this.#server = createServer((request, response) => {
      this.#receive(request).then(
        () => response.writeHead(204).end(),
        (error: Error) => {
          this.refused.push(error.message);
          response.writeHead(400).end();
        },
      );
    });
  }

  /** Listens on loopback; returns the address to subscribe with. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  /** The secret (`whsec_...`) that the subscription was answered with. */
  trust(secret: string): void {
    this.#webhook = new Webhook(secret);
  }

  get alerts(): readonly VerifiedAlert[] {
    return [...this.#seen.values()];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage): Promise<void> {
    if (!this.#webhook) throw new Error('a message came before the subscription was made');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const verified = this.#webhook.verify(
      Buffer.concat(chunks).toString(),
      request.headers as Record<string, string>,
    );
    const messageId = String(request.headers['webhook-id']);
    if (this.#seen.has(messageId)) return;
    const alert = { messageId, receivedAt: Date.now(), message: AlertMessage.parse(verified) };
    this.#seen.set(messageId, alert);
    this.#onAlert(alert);
  }
}
