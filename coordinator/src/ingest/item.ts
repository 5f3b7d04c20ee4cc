import { TestResult } from '@brakelight/shared';
import type { Tickets } from '../work/ticket.js';

/** A result that was measured this far from its drawing is of a broken clock: no window would ever hold it. */
const MAX_FROM_DRAWING_MS = 8 * 86_400_000;

export type ItemVerdict =
  | { readonly result: TestResult }
  | { readonly id: string | null; readonly reason: string };

/** Judges one item of a submission by itself: its form, its ticket, its curves. */
export function judgeItem(item: unknown, probeId: string, tickets: Tickets): ItemVerdict {
  const parsed = TestResult.safeParse(item);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || 'the item';
    return { id: readableId(item), reason: `wrong form: ${where}: ${issue?.message ?? 'not valid'}` };
  }
  const result = parsed.data;
  const refuse = (reason: string) => ({ id: result.id, reason });
  if (!tickets.read(result.ticket, { ...result, probeId }))
    return refuse('not drawn: the ticket does not fit this test and this probe');
  if (Math.abs(Date.parse(result.measuredAt) - Date.parse(result.drawnAt)) > MAX_FROM_DRAWING_MS)
    return refuse('wrong clock: measuredAt is more than 8 days from drawnAt');
  for (const arm of result.arms) {
    const broken = arm.curve.some(([t, bytes], i) => {
      const [before, had] = arm.curve[i - 1] ?? [0, 0];
      return t < before || bytes < had;
    });
    if (broken) return refuse(`wrong curve: that of arm ${arm.arm} runs backwards`);
  }
  return { result };
}

function readableId(item: unknown): string | null {
  const id = TestResult.shape.id.safeParse((item as { id?: unknown } | null)?.id);
  return id.success ? id.data : null;
}
