import type { ArmEnd, ArmObservation } from '@brakelight/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifySwap } from './classify-swap.js';

const FAST: ArmEnd = { kind: 'decided', as: 'fast' };
const SLOW: ArmEnd = { kind: 'decided', as: 'slow' };
const RESET: ArmEnd = { kind: 'failed', phase: 'body', class: 'reset' };

/** An upload as its probe reports it: rate and curve are the server's count. */
function upload(rateBps: number | null, end: ArmEnd, curve: ArmObservation['curve'] = []): ArmObservation {
  return {
    arm: 'C',
    direction: 'upload',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 3_000,
    end,
    family: 6,
    remoteAddress: '2001:db8::7',
    dnsAnswers: [],
    protocol: 'http/1.1',
    httpStatus: 200,
    phases: { dnsMs: null, tcpMs: 40, tlsMs: 80, firstByteMs: 40 },
    bytesReceived: 5_000,
    bytesSent: 600_000,
    curve,
    rateBps,
    loopDelayMs: 1,
  };
}

const open = upload(8_000_000, FAST);
const policed = upload(140_000, SLOW);

describe('a swap pair of uploads', () => {
  it.each([
    [1, 'the trigger is policed', policed, open],
    [-1, 'the neutral name is policed', open, policed],
    [0, 'both are open', open, open],
    [0, 'both are faster than the count can tell', upload(9_000_000, FAST), upload(400_000_000, FAST)],
    [1, 'the trigger stops', upload(0, { kind: 'stalled', bytes: 16_000 }), open],
    [1, 'the trigger is cut', upload(9_000_000, RESET), open],
    [-1, 'the neutral name is cut', open, upload(9_000_000, RESET)],
  ])('gains %s where %s', (gain, _what, c, d) => {
    expect(classifySwap(c, d)).toMatchObject({ gain, class: null, invalidReason: null });
  });

  it.each([
    ['slow-line', policed, policed],
    ['control-failed', upload(null, RESET), upload(null, RESET)],
    ['slow-line', upload(null, RESET), policed],
  ])('says nothing of a %s', (reason, c, d) => {
    expect(classifySwap(c, d)).toMatchObject({ gain: null, invalidReason: reason });
  });

  it("is judged by the server's rate, not by how coarse its curve is", () => {
    const lumpy = upload(4_000_000, { kind: 'complete' }, [
      [100, 96_000],
      [200, 96_000],
      [1_000, 512_000],
    ]);
    const smooth = upload(5_000_000, { kind: 'complete' }, [[820, 512_000]]);
    expect(classifySwap(lumpy, smooth)).toMatchObject({ ratio: 0.8, targetRateBps: 4_000_000 });
  });

  it('negates its gain when the names are exchanged, whatever happened', () => {
    const ends: ArmEnd[] = [FAST, SLOW, RESET, { kind: 'complete' }, { kind: 'stalled', bytes: 9_000 }];
    const arm = fc
      .tuple(fc.option(fc.integer({ min: 0, max: 50_000_000 })), fc.constantFrom(...ends))
      .map(([rate, end]) => upload(rate, end));
    fc.assert(
      fc.property(arm, arm, (c, d) => {
        const said = classifySwap(c, d);
        const exchanged = classifySwap(d, c);
        expect(exchanged.invalidReason).toBe(said.invalidReason);
        if (said.gain === null) expect(exchanged.gain).toBeNull();
        else expect((exchanged.gain ?? Number.NaN) + said.gain).toBe(0);
      }),
    );
  });
});
