import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Censor, CensorAction, Origin } from './censor.js';
import { MAX_HELLO, sightServerName } from './client-hello.js';
import { carry, type Path } from './path.js';
import type { Random } from './random.js';
import { TokenBucket } from './token-bucket.js';

/** A subscriber's line, known by the address its connections come from. */
export interface Line extends Origin {
  readonly address: string;
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly downKbps: number;
  readonly upKbps: number;
  /** Share of connections that are reset or fall silent, as happens in life. */
  readonly failureRate: number;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What becomes of one connection. */
type Fate = CensorAction | { readonly kind: 'pass' };

/** Line buffers hold this much time of the line's rate. */
const LINE_BURST_MS = 20;
const MIN_BURST_BYTES = 3000;

/** Share of failing connections that go silent; each costs its probe the whole timeout of a handshake. */
const SILENT_SHARE = 0.15;

/**
 * The network between subscribers and servers, without privileges: a TCP relay on loopback. It listens at each server's
 * bench address, knows the subscriber's line by the source address, reads the name in the ClientHello, and forwards
 * with the line's round trip, rate and failures, and with what the censor does to that name.
 *
 * What it is not: it *shapes* (queues bytes) where the real thing *polices* (drops packets), so there are no
 * retransmissions, no slow start, and TCP connects in no time (the kernel accepts on loopback). The kernel bench has all that.
 */
export class Relay {
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #censor: Censor;
  readonly #random: Random;
  readonly #servers: Server[] = [];
  readonly #open = new Set<Socket>();
  /** Buckets of each line, shared by its connections: [up, down]. */
  readonly #buckets: ReadonlyMap<string, readonly [TokenBucket, TokenBucket]>;

  constructor(lines: readonly Line[], censor: Censor, random: Random) {
    this.#lines = new Map(lines.map((line) => [line.address, line]));
    this.#censor = censor;
    this.#random = random;
    this.#buckets = new Map(
      lines.map((line) => [line.address, [lineBucket(line.upKbps), lineBucket(line.downKbps)]]),
    );
  }

  /** Opens a bench address (port 0: any) that leads to a server; returns the port. */
  async open(at: Endpoint, upstream: Endpoint): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#accept(client, upstream),
    );
    server.listen(at.port, at.address);
    await once(server, 'listening');
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = this.#servers.splice(0).map((server) => new Promise((done) => server.close(done)));
    for (const socket of this.#open) socket.destroy();
    await Promise.all(closed);
  }

  #accept(client: Socket, to: Endpoint): void {
    const line = this.#lines.get(client.remoteAddress ?? '');
    if (!line) {
      client.resetAndDestroy();
      return;
    }
    // From the subscriber's own address: a server that limits by address sees as many clients as there are.
    const upstream = connect({
      host: to.address,
      port: to.port,
      localAddress: line.address,
      allowHalfOpen: true,
      noDelay: true,
    });
    for (const socket of [client, upstream]) {
      this.#open.add(socket);
      // Each direction meets the error where it reads or writes; see `carry`.
      socket.on('error', () => {});
      socket.on('close', () => this.#open.delete(socket));
    }
    this.#forward(line, client, upstream)
      .catch(() => {})
      .finally(() => {
        client.destroy();
        upstream.destroy();
      });
  }

  async #forward(line: Line, client: Socket, upstream: Socket): Promise<void> {
    const incoming = client[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { head, name } = await readHead(incoming);
    const fate = this.#fate(line, name, client.localAddress ?? '');
    if (fate.kind === 'reset') {
      client.resetAndDestroy();
      return;
    }
    if (fate.kind === 'silence') {
      await drained(incoming);
      return;
    }
    // A frozen connection is never ended by its server, so it goes when the client goes.
    if (fate.kind === 'freeze') client.once('end', () => client.destroy());
    const [up, down] = this.#buckets.get(line.address) ?? [];
    const path = (bucket: TokenBucket | undefined, freezeAfterBytes: number): Path => ({
      oneWayMs: line.rttMs / 2,
      jitterMs: line.jitterMs,
      random: this.#random,
      buckets: [bucket, throttleBucket(fate)].filter((b) => b !== undefined),
      freezeAfterBytes,
    });
    const freezeAt = fate.kind === 'freeze' ? fate.afterBytes : Number.POSITIVE_INFINITY;
    // One direction may outlive the other: what is on its way still arrives.
    await Promise.allSettled([
      carry(resumed(head, incoming), upstream, path(up, Number.POSITIVE_INFINITY)),
      carry(upstream as AsyncIterable<Buffer>, client, path(down, freezeAt)),
    ]);
  }

  #fate(line: Line, name: string | undefined, server: string): Fate {
    if (this.#random.chance(line.failureRate))
      return { kind: this.#random.chance(SILENT_SHARE) ? 'silence' : 'reset' };
    return (
      (name === undefined ? undefined : this.#censor.match(line, name, server)?.action) ?? { kind: 'pass' }
    );
  }
}

function lineBucket(kbps: number): TokenBucket {
  const burst = Math.max(MIN_BURST_BYTES, (kbps / 8) * LINE_BURST_MS);
  return new TokenBucket(kbps, burst, () => performance.now());
}

function throttleBucket(fate: Fate): TokenBucket | undefined {
  return fate.kind === 'throttle'
    ? new TokenBucket(fate.kbps, fate.burstBytes, () => performance.now())
    : undefined;
}

/** Reads until the name is known, or known to be absent. */
async function readHead(
  incoming: AsyncIterator<Buffer>,
): Promise<{ head: Buffer; name: string | undefined }> {
  let head = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await incoming.next();
    if (done) return { head, name: undefined };
    head = Buffer.concat([head, value]);
    const sighting = sightServerName(head);
    if (sighting.kind === 'name') return { head, name: sighting.name };
    if (sighting.kind !== 'incomplete' || head.length > 2 * MAX_HELLO) return { head, name: undefined };
  }
}

async function drained(incoming: AsyncIterator<Buffer>): Promise<void> {
  for (let next = await incoming.next(); !next.done; next = await incoming.next());
}

async function* resumed(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
