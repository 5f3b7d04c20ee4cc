import { type Clock, systemClock } from '@brakelight/probe-agent/measure/clock';
import { MeasurementEngine } from '@brakelight/probe-agent/measure/engine';
import { NameResolver } from '@brakelight/probe-agent/measure/name-resolver';
import { AddressPolicy } from '@brakelight/probe-agent/net/addresses';
import type { ArmObservation, DrawnArm, DrawnTest, TestResult } from '@brakelight/shared';
import { ArmObservation as ArmObservationSchema } from '@brakelight/shared';

/** A budget that remembers the least it ever had left: below zero is over the wall. */
export class CountingBudget {
  left: number;
  least: number;

  constructor(bytes: number) {
    this.left = bytes;
    this.least = bytes;
  }

  remaining(): number {
    return this.left;
  }

  spend(bytes: number): void {
    this.left -= bytes;
    this.least = Math.min(this.least, this.left);
  }
}

export interface Asked {
  readonly dns?: string;
  readonly allow?: readonly string[];
  readonly budget?: CountingBudget;
  readonly signal?: AbortSignal;
  readonly deep?: boolean;
  readonly clock?: Clock;
  readonly family?: 4 | 6;
  readonly localAddress?: string;
}

/** A drawn arm towards loopback; what is given replaces the default. */
export function drawnArm(port: number, pins: readonly string[], over: Partial<DrawnArm> = {}): DrawnArm {
  return {
    arm: 'A',
    direction: 'download',
    url: 'https://platform.example/object',
    connect: { address: '127.0.0.1', port },
    trust: { kind: 'pins', pins: [...pins] },
    ladder: [96_000, 256_000, 512_000],
    ask: 'query',
    ...over,
  };
}

/** How often a measurement is repeated that the machine itself disturbed: far ends and engine share one event loop. */
const TRIES = 5;

/** Measures one arm with the real engine and holds what it says to the schema of the wire. */
export async function measureArm(arm: DrawnArm, asked: Asked = {}): Promise<ArmObservation> {
  for (let tries = 1; ; tries++) {
    const [observation] = await measureArms([arm], asked);
    if (observation === undefined) throw new Error('no arm was run');
    const disturbed = observation.end.kind === 'aborted' && observation.end.reason === 'event-loop';
    if (!disturbed || tries === TRIES) return observation;
  }
}

export async function measureArms(arms: DrawnArm[], asked: Asked = {}): Promise<ArmObservation[]> {
  return (await measureTest(arms, asked)).arms;
}

/** Measures a platform test of these arms. */
export async function measureTest(arms: DrawnArm[], asked: Asked = {}): Promise<TestResult> {
  const engine = new MeasurementEngine({
    resolver: new NameResolver({ ...(asked.dns !== undefined && { servers: [asked.dns] }) }),
    localAddress: asked.localAddress,
    addresses: new AddressPolicy(asked.allow ?? ['127.0.0.0/8', '::1/128']),
    clock: asked.clock ?? systemClock,
    random: Math.random,
  });
  const test: DrawnTest = {
    id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    ticket: '',
    kind: 'platform',
    target: 'stand-in',
    control: 'control',
    deep: asked.deep ?? false,
    family: asked.family ?? 4,
    arms,
    drawnAt: new Date().toISOString(),
  };
  const result = await engine.measure(test, {
    budget: asked.budget ?? new CountingBudget(50_000_000),
    signal: asked.signal ?? new AbortController().signal,
  });
  return { ...result, arms: result.arms.map((observation) => ArmObservationSchema.parse(observation)) };
}
