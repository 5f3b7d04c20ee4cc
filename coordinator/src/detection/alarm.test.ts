import { describe, expect, it } from 'vitest';
import { onsetOf } from './alarm.js';

function evidence(...logE: number[]) {
  return { from: 100, logE: Float64Array.from(logE), logR: 0 };
}

describe('onsetOf', () => {
  it('is the start with the largest E, and those within a factor of 20 of it', () => {
    const near = 10 - Math.log(19);
    const far = 10 - Math.log(21);
    expect(onsetOf(evidence(far, near, 10, near, far))).toEqual({ best: 102, earliest: 101, latest: 103 });
  });

  it('is the latest of equals, also where rounding tells them apart', () => {
    expect(onsetOf(evidence(5, 5 + 1e-12, 5, 0)).best).toBe(102);
    expect(onsetOf(evidence(5, 5, 4.9)).best).toBe(101);
  });
});
