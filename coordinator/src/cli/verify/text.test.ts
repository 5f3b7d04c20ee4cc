import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../detection/evidence.js';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.js';
import type { SwapPair, Unit } from '../../detection/types.js';
import { verifyText } from './text.js';

const PERIOD = DEFAULT_PARAMETERS.periodMs;
const place = (probe: number) => ({
  country: ['FR', 'DE', 'IT'][probe % 3] as string,
  asn: 64_496 + (probe % 3),
  subnet: `s${probe}`,
  owner: `o ${probe}`,
});
const units = Array.from({ length: 20 * 9 }, (_, i): Unit => {
  const [period, probe] = [Math.floor(i / 9), i % 9];
  const slow = probe % 3 === 0 && period >= 8;
  return {
    ...place(probe),
    id: `u${i}`,
    measuredAt: period * PERIOD + probe * 1000,
    period,
    slow,
    stalled: false,
    blocked: false,
    targetRateBps: slow ? 140_000 : 9_000_000,
    controlRateBps: 10_000_000,
    tests: 1,
  };
});
const pairs = Array.from({ length: 12 }, (_, i): SwapPair => {
  const period = 8 + i;
  return {
    ...place(0),
    id: `p${i}`,
    measuredAt: period * PERIOD,
    period,
    direction: 'download',
    gain: 0.1 + i / 37,
    mechanism: 'policing',
  };
});
const parameters = { ...DEFAULT_PARAMETERS, threshold: 1e4 };
const bundle = buildEvidence({ country: 'FR', target: 'chirp', parameters, from: 0, now: 19, units, pairs });
const text = JSON.stringify(bundle);

describe("verify, of a bundle's text", () => {
  it('says the same of it, also where somebody indented it', () => {
    expect(bundle.decision.cells[0]?.alarms).toHaveLength(1);
    expect(verifyText(text)).toBe('same');
    expect(verifyText(`${text}\n`)).toBe('same');
    expect(verifyText(JSON.stringify(bundle, null, 2))).toBe('same');
  });

  it('notices every byte that is another', { timeout: 60_000 }, () => {
    const byte = fc.constantFrom(...'0123456789abcdefE+-.,:"{}[] \\');
    fc.assert(
      fc.property(fc.nat(text.length - 1), byte, (at, other) => {
        if (text[at] === other) return;
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        let said: string;
        try {
          said = verifyText(changed);
        } catch (error) {
          said = (error as Error).message;
        }
        expect(said).not.toBe('same');
      }),
      { numRuns: 500 },
    );
  });

  it('notices a digit too small to count, and a key that is there twice', () => {
    const digits = /"gain":(0\.\d{15,})/.exec(text)?.[1] as string;
    const sameNumber = Array.from({ length: 10 }, (_, d) => `${digits}${d}`).find(
      (spelled) => Number(spelled) === Number(digits),
    ) as string;
    expect(verifyText(text.replace(digits, sameNumber))).toMatch(/^text/);
    expect(verifyText(text.replace('{', '{"country":"DE",'))).toMatch(/^text/);
  });
});
