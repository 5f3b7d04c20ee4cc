import { brake, type Influence } from './influence.js';
import { eveningShare, type NoiseParameters, PathNoise } from './noise.js';
import type { Random } from './random.js';
import type { WorldCell, WorldProbe } from './world.js';

/** One round of a simulated probe: a platform test (A, B) and a swap pair (C, D). Rates in bit/s, `null` where failed. */
export interface SimulatedTest {
  readonly at: number;
  readonly probe: WorldProbe;
  readonly a: number | null;
  readonly b: number | null;
  readonly c: number | null;
  readonly d: number | null;
  /** A stopped at 8-64 kB. */
  readonly stalled: boolean;
  readonly deep: boolean;
}

/** What a scenario does to a test of this probe at this moment. */
export type Influences = (cell: WorldCell, probe: WorldProbe, at: number, random: Random) => Influence | null;

/** All tests of one cell between two moments, in the order of time. */
export function testsOf(
  cell: WorldCell,
  noise: NoiseParameters,
  influences: Influences,
  random: Random,
  from: number,
  until: number,
): SimulatedTest[] {
  const tests: SimulatedTest[] = [];
  for (const probe of cell.probes) {
    const line = new PathNoise(noise.lineSd, noise.lineHours);
    const path = new PathNoise(noise.pathSd, noise.pathHours);
    let at = Math.max(from, probe.joinsAt) + random.uniform(0, noise.gapMaxMs);
    for (; at < until; at += random.uniform(noise.gapMinMs, noise.gapMaxMs)) {
      const influence = influences(cell, probe, at, random);
      if (influence?.silent === true) continue;
      tests.push(oneTest(cell, probe, Math.floor(at), noise, influence, random, line, path));
    }
  }
  return tests.sort((x, y) => x.at - y.at);
}

function oneTest(
  cell: WorldCell,
  probe: WorldProbe,
  at: number,
  noise: NoiseParameters,
  influence: Influence | null,
  random: Random,
  lineNoise: PathNoise,
  pathNoise: PathNoise,
): SimulatedTest {
  const arm = probe.sigma / Math.SQRT2;
  const dip = 1 - probe.dip * eveningShare(at, cell.country.utcOffsetHours);
  const line = probe.lineBps * dip * Math.exp(lineNoise.at(at, random.normal()));
  let path = probe.base + pathNoise.at(at, random.normal());
  for (const change of cell.changes) if (at >= change.from && at < change.until) path += change.log;
  const rate = (log: number) => line * Math.exp(log + arm * random.normal()) * outlier(noise, random);
  const failure = random.uniform();
  const both = failure < noise.failuresBoth;
  const { failuresBoth, failuresControl, failuresTarget } = noise;
  const bFails = both || (failure < failuresBoth + failuresControl && failure >= failuresBoth);
  const aFails =
    both ||
    (failure >= failuresBoth + failuresControl && failure < failuresBoth + failuresControl + failuresTarget);
  const b = bFails ? null : rate(0);
  const a = braked(aFails ? null : rate(path), influence, random);
  // The swap arms share everything but the name; either may fail alone.
  const swapFailure = random.uniform();
  const d = both || swapFailure < noise.failuresControl ? null : rate(0);
  const cFails = both || swapFailure > 1 - noise.failuresControl;
  const c = brake(cFails ? null : rate(0), influence?.name, random.normal());
  const stalled = a !== null && random.chance(noise.stalls);
  const deep = random.chance(noise.deepShare);
  return lied({ at, probe, a, b, c, d, stalled, deep }, line, random);
}

function braked(rate: number | null, influence: Influence | null, random: Random): number | null {
  if (influence === null) return rate;
  return brake(brake(rate, influence.path, random.normal()), influence.name, random.normal());
}

function outlier(noise: NoiseParameters, random: Random): number {
  return random.chance(noise.outliers) ? 1 / random.uniform(noise.outlierMin, noise.outlierMax) : 1;
}

function lied(test: SimulatedTest, lineBps: number, random: Random): SimulatedTest {
  if (test.probe.lie === null) return test;
  const slow = 100_000 * Math.exp(0.1 * random.normal());
  const target = test.probe.lie === 'slow' ? slow : lineBps;
  return { ...test, a: target, b: lineBps, c: target, d: lineBps, stalled: false };
}
