import { describe, expect, it } from 'vitest';
import { namingThreshold } from './naming.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { eBenjaminiHochberg } from './public-list.js';

const parameters = { ...DEFAULT_PARAMETERS, threshold: 1e8, suspicion: 1000, namingLevel: 0.05 };

describe('naming an ASN in an open incident', () => {
  it('asks less of the next network the more of them are named already', () => {
    const at = (named: number) => namingThreshold({ known: 200, named, starts: 10 }, parameters);
    expect(at(0)).toBe(40_000);
    expect(at(9)).toBe(4_000);
  });

  it('asks each to be suspected by its own evidence, however many are named', () => {
    expect(namingThreshold({ known: 200, named: 199, starts: 1 }, parameters)).toBe(1000);
  });

  it('never asks more than what a network needs to speak for itself', () => {
    expect(namingThreshold({ known: 5000, named: 0, starts: 96 }, { ...parameters, threshold: 1e4 })).toBe(
      1e4,
    );
  });

  it('names no network that e-BH would not list among the named, at the same moment', () => {
    const known = 40;
    const starts = 12;
    // Networks cross one after another; the others have shown nothing.
    const logR: number[] = new Array(known).fill(0);
    for (let named = 0; named < 20; named++) {
      logR[named] = Math.log(1.000001 * namingThreshold({ known, named, starts }, parameters));
      const listed = eBenjaminiHochberg(
        logR.map((one) => one - Math.log(starts)),
        parameters.namingLevel,
      );
      expect(listed).toHaveLength(named + 1);
    }
  });
});
