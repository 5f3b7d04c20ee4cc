import { once } from 'node:events';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { AddressFamily, DrawnArm } from '@brakelight/shared';
import type { ByteBudget } from '../budget/budget.js';
import { ArmEnded, aborted, failed } from './arm-ended.js';
import type { Buffers } from './buffers.js';
import type { Clock } from './clock.js';
import { within } from './deadline.js';
import { connectionFailure } from './failure-class.js';
import type { Findings } from './findings.js';
import { MeteredSocket } from './metered-socket.js';
import type { NameResolver } from './name-resolver.js';
import { hasNetwork, noRouteOfOurOwn } from './own-network.js';
import { secure, type TlsContexts } from './secure-connection.js';

const DNS_TIMEOUT_MS = 8_000;
/** What a look-up takes on the wire, generously: no socket of ours counts its datagrams. */
const LOOKUP_BYTES = 1_000;
const TCP_TIMEOUT_MS = 10_000;
/** A handshake slowed to seconds is still measured. */
const TLS_TIMEOUT_MS = 15_000;

/** Which addresses may be connected to. */
export interface AddressGate {
  allows(literal: string): boolean;
}

/** What a connection is made with. */
export interface ConnectionParts {
  /** The only one in which names are resolved and connections made. */
  readonly family: AddressFamily;
  readonly resolver: NameResolver;
  readonly localAddress: string | undefined;
  readonly addresses: AddressGate;
  readonly contexts: TlsContexts;
  readonly buffers: Buffers;
  readonly clock: Clock;
  readonly budget: ByteBudget;
}

/** A connection on which a request can be made: the bytes on the wire, and the TLS over them. */
export interface Connection {
  readonly socket: MeteredSocket;
  readonly tls: TLSSocket;
}

/** Where an arm goes: an address to connect to. */
interface Way {
  readonly host: string;
  readonly port: number;
}

/**
 * Name, address, handshake: the way to a request, each phase with its own deadline and time.
 * @param findings learns each phase as it passes
 * @param cut ends whatever is waited for, with its reason
 * @throws ArmEnded naming the phase that failed
 */
export async function openConnection(
  arm: DrawnArm,
  parts: ConnectionParts,
  findings: Findings,
  cut: AbortSignal,
): Promise<Connection> {
  const url = new URL(arm.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const steps = { arm, parts, findings, cut };
  const way = await locate(steps, { host, port: Number(url.port || 443) });
  const socket = await connect(steps, way);
  return { socket, tls: await handshake(steps, socket, host) };
}

interface Steps {
  readonly arm: DrawnArm;
  readonly parts: ConnectionParts;
  readonly findings: Findings;
  readonly cut: AbortSignal;
}

/** From a name to an address that may be connected to. */
async function locate({ arm, parts, findings, cut }: Steps, { host, port }: Way): Promise<Way> {
  const { addresses, resolver, clock, family, budget, localAddress } = parts;
  const literal = arm.connect ?? (isIP(host) === 0 ? null : { address: host, port });
  if (literal !== null) {
    if (!addresses.allows(literal.address)) throw aborted('forbidden-target');
    if (isIP(literal.address) !== family) throw aborted('no-address');
    return { host: literal.address, port: literal.port };
  }
  if (budget.remaining() <= LOOKUP_BYTES) throw aborted('budget');
  budget.spend(LOOKUP_BYTES);
  const since = clock.monotonic();
  try {
    const late = failed('dns', 'timeout');
    findings.dnsAnswers = await within(resolver.resolve(host, family, cut), DNS_TIMEOUT_MS, late, cut);
  } catch (error) {
    throw noNetwork(localAddress, cut) ?? error;
  } finally {
    findings.dnsMs = clock.monotonic() - since;
  }
  // A lie that points home must never be followed.
  const address = findings.dnsAnswers.find((answer) => addresses.allows(answer));
  if (address === undefined) throw failed('dns', 'dns-bogon');
  return { host: address, port };
}

async function connect({ parts, findings, cut }: Steps, { host, port }: Way): Promise<MeteredSocket> {
  const { clock, budget, localAddress, family, buffers } = parts;
  // The operator's source address leads nowhere in the other family.
  if (localAddress !== undefined && isIP(localAddress) !== family) throw aborted('no-network');
  findings.family = family;
  findings.remoteAddress = host;
  const since = clock.monotonic();
  const socket = new MeteredSocket({ host, port, localAddress, budget, buffer: buffers.read });
  findings.socket = socket;
  // Every fault is taken from `failure`; an event without a listener would end the process.
  socket.on('error', () => undefined);
  try {
    await within(once(socket, 'connect'), TCP_TIMEOUT_MS, failed('tcp', 'timeout'), cut);
  } catch (error) {
    if (error instanceof ArmEnded) throw noNetwork(localAddress, cut) ?? error;
    if (noRouteOfOurOwn(error, clock.monotonic() - since)) throw aborted('no-network', error);
    throw noNetwork(localAddress, cut) ?? failed('tcp', connectionFailure(error), error);
  }
  findings.tcpMs = clock.monotonic() - since;
  return socket;
}

async function handshake(
  { arm, parts, findings, cut }: Steps,
  socket: MeteredSocket,
  host: string,
): Promise<TLSSocket> {
  const { clock, contexts } = parts;
  const since = clock.monotonic();
  const late = failed('tls', 'timeout');
  const tls = await within(secure(socket, host, arm.trust, contexts), TLS_TIMEOUT_MS, late, cut);
  findings.tlsMs = clock.monotonic() - since;
  return tls;
}

/** Nobody's censorship: this machine has no network at all. */
function noNetwork(localAddress: string | undefined, cut: AbortSignal): ArmEnded | undefined {
  return cut.aborted || hasNetwork(localAddress) ? undefined : aborted('no-network');
}
