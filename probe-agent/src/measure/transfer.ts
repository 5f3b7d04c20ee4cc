import type { Direction } from '@brakelight/shared';
import type { Clock } from './clock.js';
import type { MeteredSocket } from './metered-socket.js';
import { type Decision, decide } from './stopping-rule.js';
import { Timeline } from './timeline.js';

/** How often the rule is asked when no byte comes. */
const POLL_MS = 50;

/**
 * Watches the bytes of one transfer from its request on, under TLS, and asks the stopping rule after each read and
 * about every 50 ms.
 */
export class Transfer {
  readonly timeline = new Timeline();
  readonly #clock: Clock;
  readonly #socket: MeteredSocket;
  /** Monotonic time and bytes of the connection when the first request was written; `null` before. */
  #start: { readonly ms: number; readonly received: number } | null = null;
  readonly #direction: Direction;
  readonly #deep: boolean;
  readonly #onDecision: (decision: Exclude<Decision, null>) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #onReceived = () => this.#sample();
  /** The rule only speaks of a response that has begun: before its head, silence is a matter of the HTTP phase. */
  begun = false;
  /** Milliseconds from the request to the first byte of its answer; `null` before it. */
  firstByteMs: number | null = null;
  /** Milliseconds from the request to the end of the watch. */
  endedMs = 0;

  constructor(
    clock: Clock,
    socket: MeteredSocket,
    direction: Direction,
    deep: boolean,
    onDecision: (decision: Exclude<Decision, null>) => void,
  ) {
    this.#clock = clock;
    this.#socket = socket;
    this.#direction = direction;
    this.#deep = deep;
    this.#onDecision = onDecision;
  }

  /** A request is about to be written; the first one starts the watch. */
  requested(): void {
    if (this.#start !== null || this.#stopped) return;
    this.#start = { ms: this.#clock.monotonic(), received: this.#socket.bytesReceived };
    this.#socket.on('received', this.#onReceived);
    this.#timer = setInterval(() => this.ask(), POLL_MS);
  }

  /** An answer begins. Bytes under TLS do not tell: session tickets come a round trip after the handshake, asked or not. */
  answered(): void {
    this.firstByteMs ??= this.elapsedMs;
  }

  /** Milliseconds since the first request; 0 before it. */
  get elapsedMs(): number {
    return this.#start === null ? 0 : this.#clock.monotonic() - this.#start.ms;
  }

  #sample(): void {
    if (this.#direction === 'download')
      this.timeline.add(this.elapsedMs, this.#socket.bytesReceived - (this.#start?.received ?? 0));
    this.ask();
  }

  /**
   * Takes the far end's word for an upload: its count is the truth.
   * @param ms since the far end read the request's head
   */
  record(ms: number, bytes: number): void {
    this.timeline.add(Math.min(ms, this.elapsedMs), bytes);
    this.ask();
  }

  /** Asks the rule now. */
  ask(): void {
    if (!this.begun) return;
    const nowMs = this.elapsedMs;
    const decision = decide(this.timeline, nowMs, this.firstByteMs ?? nowMs, this.#deep);
    if (decision !== null) this.#onDecision(decision);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#socket.off('received', this.#onReceived);
    this.endedMs = this.elapsedMs;
  }
}
