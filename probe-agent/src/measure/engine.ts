import type { ArmObservation, DrawnArm, DrawnTest, TestResult } from '@brakelight/shared';
import { METHOD_VERSION } from '@brakelight/shared';
import type { ByteBudget } from '../budget/budget.js';
import { AGENT_VERSION } from '../version.js';
import { runArm } from './arm.js';
import { createBuffers } from './buffers.js';
import { type Clock, instant } from './clock.js';
import type { AddressGate } from './connection.js';
import { knock } from './knock.js';
import type { NameResolver } from './name-resolver.js';
import { createTlsContexts, type TlsContexts } from './secure-connection.js';
import { settle } from './settle.js';

export interface EngineParts {
  readonly resolver: NameResolver;
  /** Source address of every connection. */
  readonly localAddress: string | undefined;
  readonly addresses: AddressGate;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What one test is given. */
export interface TestRun {
  readonly budget: ByteBudget;
  readonly signal: AbortSignal;
}

/** Measures drawn tests: one test, one arm, one connection at a time. */
export class MeasurementEngine {
  readonly #parts: EngineParts;
  readonly #contexts: TlsContexts;
  readonly #buffers = createBuffers();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#contexts = createTlsContexts();
  }

  /**
   * Runs the arms of a test in the order in which they were drawn. Never throws for what the network does; an arm that
   * the probe itself had to abort is the last one.
   */
  async measure(test: DrawnTest, { budget, signal }: TestRun): Promise<TestResult> {
    const { clock } = this.#parts;
    const measuredAt = instant(clock.wall());
    const arms: ArmObservation[] = [];
    let before: DrawnArm | undefined;
    for (const arm of test.arms) {
      const last = arms.at(-1);
      if (before !== undefined && last !== undefined)
        await this.#settleAfter(before, last, { budget, signal });
      const observation = await runArm(arm, `${test.id}-${arm.arm}`, test.deep, {
        ...this.#parts,
        family: test.family,
        contexts: this.#contexts,
        buffers: this.#buffers,
        budget,
        signal,
      });
      arms.push(observation);
      if (observation.end.kind === 'aborted') break;
      before = arm;
    }
    const { id, ticket, kind, target, control, deep, drawnAt } = test;
    return {
      id,
      ticket,
      kind,
      target,
      control,
      deep,
      drawnAt,
      measuredAt,
      arms,
      agentVersion: AGENT_VERSION,
      methodVersion: METHOD_VERSION,
      nodeVersion: process.version,
    };
  }

  async #settleAfter(arm: DrawnArm, seen: ArmObservation, { budget, signal }: TestRun): Promise<void> {
    const { remoteAddress, phases } = seen;
    // Nothing was sent to anybody: there is no queue.
    if (remoteAddress === null || phases.tcpMs === null) return;
    const { clock, localAddress } = this.#parts;
    const port = arm.connect?.port ?? Number(new URL(arm.url).port || 443);
    const door = { host: remoteAddress, port, localAddress };
    // A lost SYN adds a second to the first handshake; either holds a round trip.
    const roundTripMs = Math.min(phases.tcpMs, phases.tlsMs ?? phases.tcpMs);
    await settle((limitMs) => knock(door, limitMs, { clock, budget }), roundTripMs, clock, signal);
  }
}
