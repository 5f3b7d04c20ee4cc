import { once } from 'node:events';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { AbortReason, AddressFamily, ArmEnd, ArmObservation, DrawnArm } from '@brakelight/shared';
import type { ByteBudget } from '../budget/budget.js';
import { ArmEnded, aborted, failed } from './arm-ended.js';
import type { Buffers } from './buffers.js';
import { type Clock, instant } from './clock.js';
import { within } from './deadline.js';
import { download } from './download.js';
import { connectionFailure } from './failure-class.js';
import { MeteredSocket } from './metered-socket.js';
import type { NameResolver } from './name-resolver.js';
import { hasNetwork, noRouteOfOurOwn } from './own-network.js';
import { OwnTroubleWatch } from './own-trouble.js';
import { clientOn } from './request.js';
import { secure, type TlsContexts } from './secure-connection.js';
import { type Decision, WINDOW_MS } from './stopping-rule.js';
import { Transfer } from './transfer.js';
import { upload } from './upload.js';

const DNS_TIMEOUT_MS = 8_000;
/** What a look-up takes on the wire, generously: no socket of ours counts its datagrams. */
const LOOKUP_BYTES = 1_000;
const TCP_TIMEOUT_MS = 10_000;
/** A handshake slowed to seconds is still measured. */
const TLS_TIMEOUT_MS = 15_000;
/** A TLS record that fits one segment. */
const UPLOAD_RECORD_BYTES = 1369;

/** Which addresses may be connected to. */
export interface AddressGate {
  allows(literal: string): boolean;
}

export interface ArmParts {
  /** The only one in which names are resolved and connections made. */
  readonly family: AddressFamily;
  readonly resolver: NameResolver;
  readonly localAddress: string | undefined;
  readonly addresses: AddressGate;
  readonly contexts: TlsContexts;
  readonly buffers: Buffers;
  readonly clock: Clock;
  readonly random: () => number;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal;
}

/** Where an arm goes: an address to connect to. */
interface Way {
  readonly host: string;
  readonly port: number;
}

/** Runs one arm from name look-up to last byte. Never throws: whatever happens is its end. */
export async function runArm(
  arm: DrawnArm,
  transferId: string,
  deep: boolean,
  parts: ArmParts,
): Promise<ArmObservation> {
  const run = new ArmRun(arm, transferId, deep, parts);
  return await run.observe();
}

class ArmRun {
  readonly #arm: DrawnArm;
  readonly #transferId: string;
  readonly #deep: boolean;
  readonly #parts: ArmParts;
  readonly #cut = new AbortController();
  readonly #startedMs: number;
  readonly #startedAt: string;
  #socket: MeteredSocket | null = null;
  #transfer: Transfer | null = null;
  #dnsAnswers: string[] = [];
  #family: AddressFamily | null = null;
  #remoteAddress: string | null = null;
  #httpStatus: number | null = null;
  #dnsMs: number | null = null;
  #tcpMs: number | null = null;
  #tlsMs: number | null = null;

  constructor(arm: DrawnArm, transferId: string, deep: boolean, parts: ArmParts) {
    this.#arm = arm;
    this.#transferId = transferId;
    this.#deep = deep;
    this.#parts = parts;
    this.#startedMs = parts.clock.monotonic();
    this.#startedAt = instant(parts.clock.wall());
  }

  async observe(): Promise<ArmObservation> {
    const { clock, signal } = this.#parts;
    let trouble: AbortReason | null = null;
    const watch = new OwnTroubleWatch(clock, (reason) => {
      trouble ??= reason;
      this.#cut.abort(aborted(reason));
    });
    const onShutdown = () => this.#cut.abort(aborted('shutdown'));
    if (signal.aborted) onShutdown();
    signal.addEventListener('abort', onShutdown, { once: true });
    let end: ArmEnd;
    try {
      end = await this.#run();
    } catch (error) {
      if (!(error instanceof ArmEnded)) throw error;
      end = error.end;
    } finally {
      signal.removeEventListener('abort', onShutdown);
      this.#transfer?.stop();
      watch.stop();
      this.#socket?.destroy();
    }
    if (this.#socket?.overBudget === true) end = { kind: 'aborted', reason: 'budget' };
    // A probe in trouble has measured itself, whatever the transfer looked like.
    if (trouble !== null && end.kind !== 'aborted') end = { kind: 'aborted', reason: trouble };
    return this.#observation(end, watch.loopDelayMs);
  }

  async #run(): Promise<ArmEnd> {
    if (this.#parts.budget.remaining() <= 0) throw aborted('budget');
    const url = new URL(this.#arm.url);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const way = await this.#locate(host, Number(url.port || 443));
    const socket = await this.#connect(way);
    const tls = await this.#secure(socket, host);
    return await this.#transferOver(tls, socket, url.origin);
  }

  async #locate(host: string, port: number): Promise<Way> {
    const { addresses, resolver, clock, family, budget } = this.#parts;
    const literal = this.#arm.connect ?? (isIP(host) === 0 ? null : { address: host, port });
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
      this.#dnsAnswers = await within(
        resolver.resolve(host, family, this.#cut.signal),
        DNS_TIMEOUT_MS,
        late,
        this.#cut.signal,
      );
    } catch (error) {
      throw this.#noNetwork() ?? error;
    } finally {
      this.#dnsMs = clock.monotonic() - since;
    }
    // A lie that points home must never be followed.
    const address = this.#dnsAnswers.find((answer) => addresses.allows(answer));
    if (address === undefined) throw failed('dns', 'dns-bogon');
    return { host: address, port };
  }

  async #connect({ host, port }: Way): Promise<MeteredSocket> {
    const { clock, budget, localAddress, family, buffers } = this.#parts;
    // The operator's source address leads nowhere in the other family.
    if (localAddress !== undefined && isIP(localAddress) !== family) throw aborted('no-network');
    this.#family = family;
    this.#remoteAddress = host;
    const since = clock.monotonic();
    const socket = new MeteredSocket({ host, port, localAddress, budget, buffer: buffers.read });
    this.#socket = socket;
    // Every fault is taken from `failure`; an event without a listener would end the process.
    socket.on('error', () => undefined);
    try {
      await within(once(socket, 'connect'), TCP_TIMEOUT_MS, failed('tcp', 'timeout'), this.#cut.signal);
    } catch (error) {
      if (error instanceof ArmEnded) throw this.#noNetwork() ?? error;
      if (noRouteOfOurOwn(error, clock.monotonic() - since)) throw aborted('no-network', error);
      throw this.#noNetwork() ?? failed('tcp', connectionFailure(error), error);
    }
    this.#tcpMs = clock.monotonic() - since;
    return socket;
  }

  async #secure(socket: MeteredSocket, host: string): Promise<TLSSocket> {
    const { clock, contexts } = this.#parts;
    const since = clock.monotonic();
    const tls = await within(
      secure(socket, host, this.#arm.trust, contexts),
      TLS_TIMEOUT_MS,
      failed('tls', 'timeout'),
      this.#cut.signal,
    );
    this.#tlsMs = clock.monotonic() - since;
    return tls;
  }

  async #transferOver(tls: TLSSocket, socket: MeteredSocket, origin: string): Promise<ArmEnd> {
    let decided: (decision: Exclude<Decision, null>) => void = () => undefined;
    const decision = new Promise<Exclude<Decision, null>>((resolve) => {
      decided = resolve;
    });
    // The far end counts whole records: small ones keep its count near the network's.
    if (this.#arm.direction === 'upload') tls.setMaxSendFragment(UPLOAD_RECORD_BYTES);
    const client = clientOn(tls, origin, this.#parts.buffers.record);
    this.#transfer = new Transfer(this.#parts.clock, socket, this.#arm.direction, this.#deep, decided);
    try {
      const run = this.#arm.direction === 'upload' ? upload : download;
      return await run({
        arm: this.#arm,
        transferId: this.#transferId,
        client,
        socket,
        transfer: this.#transfer,
        decision,
        onStatus: (status) => {
          this.#httpStatus = status;
        },
        cut: this.#cut.signal,
      });
    } finally {
      this.#transfer.stop();
      // Not awaited: it waits for requests that have ended with the arm.
      void client.destroy().catch(() => undefined);
    }
  }

  /** Nobody's censorship: this machine has no network at all. */
  #noNetwork(): ArmEnded | undefined {
    return this.#cut.signal.aborted || hasNetwork(this.#parts.localAddress)
      ? undefined
      : aborted('no-network');
  }

  #observation(end: ArmEnd, loopDelayMs: number): ArmObservation {
    const transfer = this.#transfer;
    const whole = end.kind === 'complete' || end.kind === 'short';
    const waited = !whole && !(end.kind === 'decided' && end.as === 'fast');
    const timeline = transfer !== null && transfer.timeline.bytes > 0 ? transfer.timeline : null;
    const endMs = timeline === null ? 0 : waited ? (transfer?.endedMs ?? 0) : timeline.lastMs;
    return {
      arm: this.#arm.arm,
      direction: this.#arm.direction,
      startedAt: this.#startedAt,
      durationMs: round(Math.min(this.#parts.clock.monotonic() - this.#startedMs, 600_000)),
      end,
      family: this.#family,
      remoteAddress: this.#remoteAddress,
      dnsAnswers: this.#dnsAnswers,
      protocol: this.#httpStatus === null ? null : 'http/1.1',
      httpStatus: this.#httpStatus,
      phases: {
        dnsMs: round(this.#dnsMs),
        tcpMs: round(this.#tcpMs),
        tlsMs: round(this.#tlsMs),
        firstByteMs: round(transfer?.firstByteMs ?? null),
      },
      bytesReceived: this.#socket?.bytesReceived ?? 0,
      bytesSent: this.#socket?.bytesSent ?? 0,
      curve: timeline?.curve(endMs, this.#parts.random) ?? [],
      rateBps: timeline?.rateBefore(endMs, WINDOW_MS) ?? null,
      loopDelayMs,
    };
  }
}

function round(ms: number): number;
function round(ms: number | null): number | null;
function round(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
