import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readQuestion, writeAnswer } from './dns-wire.js';

/** What a client is told about a name. */
export type DnsReply = readonly string[] | 'nxdomain' | 'silence';

/** Answers by name and by who asks: addresses (of both families, whichever is asked for), NXDOMAIN, or nothing. */
export type Resolve = (name: string, client: string) => DnsReply;

/** A name server of the bench (UDP, A and AAAA records). */
export class DnsServer {
  readonly #resolve: Resolve;
  readonly #delayMs: (client: string) => number;
  readonly #closing = new AbortController();
  #socket: Socket | undefined;

  /** @param delayMs how long each answer takes, by client: the round trip of its line */
  constructor(resolve: Resolve, delayMs: (client: string) => number = () => 0) {
    this.#resolve = resolve;
    this.#delayMs = delayMs;
  }

  /** Listens (port 0: any) at an address of either family; returns the port. */
  async listen(address: string, port: number): Promise<number> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('message', (message, from) => {
      const question = readQuestion(message);
      if (!question) return;
      const reply = this.#resolve(question.name, from.address);
      if (reply === 'silence') return;
      const answer = writeAnswer(question, reply);
      const send = () => socket.send(answer, from.port, from.address);
      sleep(this.#delayMs(from.address), undefined, { signal: this.#closing.signal }).then(send, () => {});
    });
    socket.bind(port, address);
    await once(socket, 'listening');
    return socket.address().port;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await new Promise<void>((done) => (this.#socket ? this.#socket.close(done) : done()));
  }
}
