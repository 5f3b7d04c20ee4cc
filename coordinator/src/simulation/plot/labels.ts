/** A mark in a panel, in pixels. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** A mark with a label. */
export interface Labelled extends Dot {
  /** Where a line that belongs to the mark ends, above it. */
  readonly top: number;
  readonly label: string;
}

/** Where a label goes: its anchor, and which end of it that is. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of a 12 px sans-serif letter on average, a little generous. */
const LETTER = 6.6;
const LINE = 14;
const DOT = 6;

/**
 * Labels beside their marks, none over another, over a mark or over the frame, as near as can be: greedy, in the order
 * given.
 * @param small marks that have no label of their own
 */
export function placeLabels(marks: readonly Labelled[], frame: Box, small: readonly Dot[]): Placed[] {
  const taken: Box[] = [
    ...marks.map(({ x, y }) => around(x, y, DOT)),
    ...marks.map(({ x, y, top }) => ({ left: x - 3, right: x + 3, top: top - 3, bottom: y })),
    ...small.map(({ x, y }) => around(x, y, 3)),
  ];
  return marks.map((mark) => {
    const width = LETTER * mark.label.length;
    const best = candidates(mark)
      .map((placed) => ({ placed, box: boxOf(placed, width) }))
      .map((one) => ({ ...one, cost: cost(one.box, taken, frame) + distance(one.placed, mark) }))
      .sort((a, b) => a.cost - b.cost)[0] as { placed: Placed; box: Box };
    taken.push(best.box);
    return best.placed;
  });
}

function candidates({ x, y }: Labelled): Placed[] {
  const found: Placed[] = [];
  for (let step = 0; step <= 9; step++) {
    for (const dy of step === 0 ? [0] : [6 * step, -6 * step]) {
      found.push(
        { x: x + DOT + 4, y: y + dy, anchor: 'start' },
        { x: x - DOT - 4, y: y + dy, anchor: 'end' },
      );
      if (step >= 2) found.push({ x, y: y + dy, anchor: 'middle' });
    }
  }
  return found;
}

function around(x: number, y: number, by: number): Box {
  return { left: x - by, right: x + by, top: y - by, bottom: y + by };
}

function boxOf({ x, y, anchor }: Placed, width: number): Box {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE / 2, bottom: y + LINE / 2 };
}

function cost(box: Box, taken: readonly Box[], frame: Box): number {
  const outside =
    Math.max(0, frame.left - box.left) +
    Math.max(0, box.right - frame.right) +
    Math.max(0, frame.top - box.top) +
    Math.max(0, box.bottom - frame.bottom);
  const over = taken.reduce((sum, other) => sum + overlap(box, other), 0);
  return 100 * outside + 10 * over;
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function distance(placed: Placed, mark: Labelled): number {
  return Math.abs(placed.y - mark.y) + (placed.anchor === 'middle' ? 3 : 0);
}
