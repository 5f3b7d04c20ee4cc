import { createSocket, type Socket } from 'node:dgram';
import { isUnder, sightServerName } from '../client-hello.js';
import { type Packet, readPacket } from './packet.js';

/** Round trip, jitter and loss of the paths that cross the relay. */
export interface DelayConfiguration {
  /** The two ends: packets that come to one leave from the other. Outer addresses of the VXLAN tunnel. */
  readonly near: { readonly bind: string; readonly peer: string };
  readonly far: { readonly bind: string; readonly peer: string };
  readonly clients: readonly ClientPath[];
  /** Extra one-way delay by server address. */
  readonly servers: Readonly<Record<string, number>>;
  readonly holds: readonly { readonly client?: string; readonly sni: string; readonly ms: number }[];
}

export interface ClientPath {
  readonly name: string;
  /** What its addresses begin with, e.g. `10.77.1.` and `fd00:77:1:`. */
  readonly prefixes: readonly string[];
  readonly oneWayMs: number;
  readonly jitterMs: number;
  /** Share of packets that are lost, each direction. */
  readonly loss: number;
}

const VXLAN_PORT = 4789;
const BUFFER_BYTES = 8_000_000;
/** Packets a queue may hold; a full queue drops, as queues do. */
const MAX_QUEUED = 20_000;

interface Queue {
  readonly packets: { readonly dueMs: number; readonly datagram: Buffer }[];
  lastDueMs: number;
}

/**
 * The long cable between router and servers: replaces `netem`, which many kernels lack. Every packet of the tunnel waits
 * its time; order is kept on each path. Also where a handshake is slowed, which a packet filter cannot do.
 */
export class DelayRelay {
  #configuration: DelayConfiguration;
  readonly #queues = new Map<string, Queue>();
  /** When a held connection goes on, by client address and port. */
  readonly #heldUntil = new Map<string, number>();
  #near: Socket | undefined;
  #far: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(configuration: DelayConfiguration) {
    this.#configuration = configuration;
  }

  configure(configuration: DelayConfiguration): void {
    this.#configuration = configuration;
  }

  async listen(): Promise<void> {
    const { near, far } = this.#configuration;
    this.#near = await bound(near.bind, (datagram) => this.#receive(datagram, 'up'));
    this.#far = await bound(far.bind, (datagram) => this.#receive(datagram, 'down'));
  }

  #receive(datagram: Buffer, way: 'up' | 'down'): void {
    const packet = readPacket(datagram);
    const { clients, servers } = this.#configuration;
    const [inside, outside] =
      way === 'up' ? [packet?.source, packet?.destination] : [packet?.destination, packet?.source];
    const client = clients.find((c) => c.prefixes.some((p) => inside?.startsWith(p)));
    if (client && Math.random() < client.loss) return;
    const now = performance.now();
    const oneWayMs = (client?.oneWayMs ?? 0) + (servers[outside ?? ''] ?? 0);
    const jitterMs = (client?.jitterMs ?? 0) * Math.random();
    const heldMs = way === 'up' && packet ? this.#held(packet, client?.name, now) : 0;
    // A held connection queues on its own, or it would hold up its neighbours.
    const key = `${way} ${inside} ${outside} ${heldMs > 0 ? packet?.tcp?.sourcePort : ''}`;
    const queue = this.#queues.get(key) ?? { packets: [], lastDueMs: 0 };
    this.#queues.set(key, queue);
    if (queue.packets.length >= MAX_QUEUED) return;
    queue.lastDueMs = Math.max(queue.lastDueMs, now + oneWayMs + jitterMs + heldMs);
    queue.packets.push({ dueMs: queue.lastDueMs, datagram });
    this.#schedule();
  }

  /** How much longer a packet from a client is held. */
  #held(packet: Packet, client: string | undefined, now: number): number {
    if (!packet.tcp || packet.tcp.payload.length === 0 || this.#configuration.holds.length === 0) return 0;
    const flow = `${packet.source}:${packet.tcp.sourcePort}`;
    const sighting = sightServerName(packet.tcp.payload);
    const until = this.#heldUntil.get(flow);
    if (until !== undefined) {
      if (until > now) return until - now;
      // Ports come round again; a retransmitted ClientHello comes within seconds.
      if (now - until < 10_000) return 0;
    }
    if (sighting.kind !== 'name') return 0;
    const hold = this.#configuration.holds.find(
      (h) => (h.client === undefined || h.client === client) && isUnder(sighting.name, h.sni),
    );
    if (!hold) return 0;
    this.#heldUntil.set(flow, now + hold.ms);
    return hold.ms;
  }

  #schedule(): void {
    if (this.#timer) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { packets } of this.#queues.values()) next = Math.min(next, packets[0]?.dueMs ?? next);
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#release(), Math.max(0, next - performance.now()));
  }

  #release(): void {
    this.#timer = undefined;
    // A timer fires up to a millisecond early; half of one is nobody's round trip.
    const now = performance.now() + 0.5;
    for (const [key, queue] of this.#queues) {
      const { near, far } = this.#configuration;
      const [socket, to] = key.startsWith('up') ? [this.#far, far.peer] : [this.#near, near.peer];
      let due = 0;
      while ((queue.packets[due]?.dueMs ?? Number.POSITIVE_INFINITY) <= now) due++;
      for (const { datagram } of queue.packets.splice(0, due)) socket?.send(datagram, VXLAN_PORT, to);
      if (queue.packets.length === 0) this.#queues.delete(key);
    }
    this.#schedule();
  }
}

function bound(address: string, onDatagram: (datagram: Buffer) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
    socket.on('message', onDatagram).once('error', reject);
    socket.bind(VXLAN_PORT, address, () => resolve(socket));
  });
}
