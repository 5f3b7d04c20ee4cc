import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { slowAt, smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { buildEvidence, type EvidenceBundle, verifyEvidence, writeEvidence } from './evidence.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import type { SwapPair } from './types.js';

const units = smallWorld({
  periods: 60,
  shows: ({ country, period }) => (country === 'FR' && period >= 20 ? slowAt(140_000) : {}),
});
const bundle = buildEvidence({
  country: 'FR',
  target: 'twitter',
  parameters: DEFAULT_PARAMETERS,
  from: WORLD_START,
  now: WORLD_START + 59,
  units,
  pairs: [],
});
let text = '';
for await (const piece of writeEvidence(bundle)) text += piece;

describe('evidence bundle', () => {
  it('is written piece by piece, and recomputed to the same decision', () => {
    expect(text).toBe(JSON.stringify(bundle));
    expect(verifyEvidence(JSON.parse(text) as EvidenceBundle)).toBe('same');
    const [country] = bundle.decision.cells;
    expect(country).toMatchObject({ asn: null, indicator: 'slow', logSwap: 0 });
    expect(country?.alarms).toHaveLength(1);
    expect(country?.sybilNumber).toBeGreaterThanOrEqual(0);
  });

  it('says how it was done, from the pairs that the bundle carries', () => {
    const { country, target, parameters, from, now } = bundle;
    const pairs = Array.from({ length: 6 }, (_, i): SwapPair => {
      const period = WORLD_START + 30 + i;
      return {
        id: `pair-${i}`,
        measuredAt: period * DEFAULT_PARAMETERS.periodMs,
        period,
        country: 'FR',
        asn: 64_496,
        subnet: `FR ${i % 2}`,
        owner: `owner of FR ${i % 2}`,
        direction: 'download',
        gain: 1,
        mechanism: i < 5 ? 'policing' : 'unclear',
      };
    });
    const told = JSON.parse(
      JSON.stringify(buildEvidence({ country, target, parameters, from, now, units, pairs })),
    ) as EvidenceBundle;
    expect(told.decision.cells[0]?.mechanism).toEqual({
      name: 'policing',
      pairs: { policing: 5, shaping: 0, congestion: 0, unclear: 1 },
    });
    expect(verifyEvidence(told)).toBe('same');
    expect(bundle.decision.cells[0]?.mechanism?.name).toBeNull();
  });

  it('notices a changed byte, and says what differs where somebody made the checksum fit', () => {
    const changed = JSON.parse(text.replace('"slow":true', '"slow":false')) as EvidenceBundle;
    expect(verifyEvidence(changed)).toMatch(/^checksum/);
    const { country, target, parameters, from, now, pairs } = bundle;
    const fewer = units.filter(({ id }) => id !== '25-001');
    const honest = buildEvidence({ country, target, parameters, from, now, units: fewer, pairs });
    const { checksum: _, ...claimed } = { ...honest, decision: bundle.decision };
    const forged = { ...claimed, checksum: buildChecksum(claimed) };
    expect(verifyEvidence(forged)).toMatch(/^decision\.\S+: the bundle says /);
  });
});

function buildChecksum(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
