import { describe, expect, it } from 'vitest';
import {
  alarmAfter,
  type Seat,
  slowAt,
  smallWorld,
  WORLD_START,
} from '../../../tests/support/small-world.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { sinceOnset } from './since.js';
import type { Unit } from './types.js';

const ONSET = WORLD_START + 10;
const normal = { slow: false, targetRateBps: 9_000_000 };

/** What ten probes of France show, every one of them said. */
function france(shows: (seat: Seat) => Partial<Unit>): Unit[] {
  const units = smallWorld({ periods: 30, probes: 10, shows: (seat) => ({ ...normal, ...shows(seat) }) });
  return units.filter(({ country }) => country === 'FR');
}
const since = (units: readonly Unit[], end = Number.POSITIVE_INFINITY) =>
  sinceOnset(units, alarmAfter(ONSET), end, DEFAULT_PARAMETERS);

describe('what the units since an onset show', () => {
  it('begins with the onset, and ends with the lift', () => {
    const units = france(({ period }) => (period >= 10 ? slowAt(140_000) : {}));
    expect(since(units)).toMatchObject({ share: { estimate: 1 }, rate: { medianBps: 140_000 } });
    expect(since(units).units).toHaveLength(20 * 10);
    const end = units.filter(({ period }) => period <= ONSET + 5).at(-1)?.measuredAt;
    expect(
      since(units, end)
        .units.map(({ period }) => period - ONSET)
        .at(-1),
    ).toBe(5);
  });

  it('is a share with and without the fastest: two of ten who say that nothing is slow', () => {
    const units = france(({ probe }) => (probe < 8 ? slowAt(140_000) : {}));
    expect(since(units)).toMatchObject({ share: { estimate: 0.8 }, shareWithoutFastest: 1 });
  });

  it('counts one person with many addresses as one of the fastest', () => {
    // Half of the ten subnets are one liar's: of six groups the fastest one is left out.
    const owner = ({ probe }: Seat) => ({ owner: probe < 5 ? 'one liar' : `honest ${probe}` });
    const units = france((seat) => ({ ...owner(seat), ...(seat.probe < 5 ? {} : slowAt(140_000)) }));
    expect(since(units)).toMatchObject({ share: { estimate: 0.5 }, shareWithoutFastest: 1 });
  });

  it('has no share without the fastest where there is nobody else', () => {
    const units = france(() => slowAt(140_000)).filter(({ subnet }) => subnet === 'FR 0');
    expect(since(units)).toMatchObject({ share: { estimate: 1 }, shareWithoutFastest: null });
  });

  it('takes no rate from what was blocked', () => {
    const units = france(({ probe }) =>
      probe < 5 ? { blocked: true, targetRateBps: 3_000 } : slowAt(140_000),
    );
    expect(since(units).affected).toHaveLength(200);
    expect(since(units).rate?.p25Bps).toBe(140_000);
  });
});
