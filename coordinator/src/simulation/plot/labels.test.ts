import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeLabels } from './labels.js';

const FRAME = { left: 0, right: 400, top: 0, bottom: 300 };

describe('placeLabels', () => {
  it('puts a lone label beside its mark', () => {
    const [placed] = placeLabels([{ x: 100, y: 100, top: 90, label: 'EWMA' }], FRAME, []);
    expect(placed).toEqual({ x: 110, y: 100, anchor: 'start' });
  });

  it('keeps labels of marks in one place apart', () => {
    const marks = ['200/600', 'WeHe', 'CUSUM'].map((label) => ({ x: 200, y: 150, top: 150, label }));
    const placed = placeLabels(marks, FRAME, []);
    expect(new Set(placed.map(({ y, anchor }) => `${y} ${anchor}`)).size).toBe(3);
  });

  it('never leaves the frame where there is room', () => {
    const mark = fc.record({
      x: fc.double({ min: 10, max: 390, noNaN: true }),
      y: fc.double({ min: 10, max: 290, noNaN: true }),
    });
    fc.assert(
      fc.property(mark, ({ x, y }) => {
        const [placed] = placeLabels([{ x, y, top: y, label: 'a label' }], FRAME, []);
        const width = 6.6 * 'a label'.length;
        const { x: at = 0, anchor } = placed ?? {};
        const left = anchor === 'start' ? at : anchor === 'end' ? at - width : at - width / 2;
        expect(left).toBeGreaterThanOrEqual(FRAME.left);
        expect(left + width).toBeLessThanOrEqual(FRAME.right);
      }),
    );
  });
});
