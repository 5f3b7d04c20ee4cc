import { ArmEnded } from './arm-ended.js';

/**
 * Waits for a piece of work, but not past its deadline and not past the arm's cut.
 * @param cut aborted with an {@link ArmEnded} as its reason
 * @param late what a passed deadline means
 * @throws ArmEnded of the cut or of the deadline; else what the work throws
 */
export function within<T>(work: Promise<T>, ms: number, late: ArmEnded, cut: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(late)), ms);
    const onCut = () => finish(() => reject(reasonOf(cut)));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      cut.removeEventListener('abort', onCut);
      settle();
    };
    if (cut.aborted) onCut();
    else cut.addEventListener('abort', onCut, { once: true });
    work.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}

/** The end that a cut carries. */
export function reasonOf(cut: AbortSignal): ArmEnded {
  return cut.reason instanceof ArmEnded ? cut.reason : new ArmEnded({ kind: 'aborted', reason: 'shutdown' });
}
