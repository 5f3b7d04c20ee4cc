import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { A, readQuestion, writeAnswer } from './dns-wire.js';

/** What a client is told about a name. */
export type DnsReply = readonly string[] | 'nxdomain' | 'silence';

/** Answers by name and by who asks: IPv4 addresses, NXDOMAIN, or nothing. */
export type Resolve = (name: string, client: string) => DnsReply;

/** A name server of the bench (UDP, A records). */
export class DnsServer {
  readonly #socket: Socket;
  readonly #closing = new AbortController();

  /** @param delayMs how long each answer takes, by client: the round trip of its line */
  constructor(resolve: Resolve, delayMs: (client: string) => number = () => 0) {
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (message, from) => {
      const question = readQuestion(message);
      if (!question) return;
      const reply = resolve(question.name, from.address);
      if (reply === 'silence') return;
      const answer = writeAnswer(question, reply === 'nxdomain' || question.type === A ? reply : []);
      const send = () => this.#socket.send(answer, from.port, from.address);
      sleep(delayMs(from.address), undefined, { signal: this.#closing.signal }).then(send, () => {});
    });
  }

  /** Listens (port 0: any); returns the port. */
  async listen(address: string, port: number): Promise<number> {
    this.#socket.bind(port, address);
    await once(this.#socket, 'listening');
    return this.#socket.address().port;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await new Promise<void>((done) => this.#socket.close(done));
  }
}
