import { connect, type Socket } from 'node:net';
import { tcpFarEnd } from './far-end.js';

/** What a bystander saw of one connection: payload of TCP, in both directions. */
export interface Seen {
  /** Bytes from the probe. */
  sent: number;
  /** Bytes towards the probe, cumulative, each with the moment (monotonic milliseconds) in which they went on. */
  readonly received: [ms: number, bytes: number][];
  /** When the probe last said something that was answered: `performance.now()`, at each of its segments. */
  readonly spoke: number[];
}

/** A relay between the probe and a far end that writes down what passes, as a tap on the wire would. */
export interface Witness {
  readonly port: number;
  /** One for each connection that carried anything, in their order: knocks say nothing. */
  connections(): Seen[];
}

/**
 * @param port of the far end on loopback
 * @param paceBytesPerSecond rate at which the far end's bytes are let through; at once where not given
 */
export async function witness(port: number, paceBytesPerSecond?: number): Promise<Witness> {
  const all: Seen[] = [];
  const near = await tcpFarEnd((probe) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    const seen: Seen = { sent: 0, received: [], spoke: [] };
    all.push(seen);
    probe.setNoDelay(true);
    probe.on('close', () => far.destroy());
    far.on('error', () => probe.destroy());
    far.on('close', () => probe.end());
    probe.on('data', (chunk: Buffer) => {
      seen.sent += chunk.length;
      seen.spoke.push(performance.now());
      far.write(chunk);
    });
    let total = 0;
    const pass = (chunk: Buffer) => {
      total += chunk.length;
      seen.received.push([performance.now(), total]);
      probe.write(chunk);
    };
    if (paceBytesPerSecond === undefined) far.on('data', pass);
    else paced(far, probe, paceBytesPerSecond, pass);
  });
  return { port: near, connections: () => all.filter(({ sent }) => sent > 0) };
}

/** 2 kB in a burst, the size of which the probe's clock has to tell. */
const BURST_BYTES = 2_000;

function paced(far: Socket, probe: Socket, bytesPerSecond: number, pass: (chunk: Buffer) => void): void {
  let queue = Buffer.alloc(0);
  far.on('data', (chunk: Buffer) => {
    queue = Buffer.concat([queue, chunk]);
  });
  const timer = setInterval(
    () => {
      if (queue.length > 0) pass(queue.subarray(0, BURST_BYTES));
      queue = queue.subarray(BURST_BYTES);
    },
    (BURST_BYTES / bytesPerSecond) * 1_000,
  );
  probe.once('close', () => clearInterval(timer));
}
