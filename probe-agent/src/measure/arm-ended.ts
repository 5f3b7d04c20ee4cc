import type { AbortReason, ArmEnd, FailureClass, Phase, ShortReason } from '@brakelight/shared';

/** Thrown where an arm ends other than by its last byte; carries the one end it has. */
export class ArmEnded extends Error {
  readonly end: ArmEnd;

  constructor(end: ArmEnd, cause?: unknown) {
    super(`arm ended: ${JSON.stringify(end)}`, { cause });
    this.name = 'ArmEnded';
    this.end = end;
  }
}

export function failed(phase: Phase, failure: FailureClass, cause?: unknown): ArmEnded {
  return new ArmEnded({ kind: 'failed', phase, class: failure }, cause);
}

/** The ladder can be climbed no further, and what came is whole. */
export function short(reason: ShortReason): ArmEnded {
  return new ArmEnded({ kind: 'short', reason });
}

/** The probe's own trouble: never evidence. */
export function aborted(reason: AbortReason, cause?: unknown): ArmEnded {
  return new ArmEnded({ kind: 'aborted', reason }, cause);
}
