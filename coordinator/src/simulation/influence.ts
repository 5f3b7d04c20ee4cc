/** What slows a transfer. */
export interface Brake {
  /** The rate is multiplied by it. */
  readonly factor?: number;
  /** The rate is policed to it; goodput is lower (median 108 of 140 kbit/s in real tests). */
  readonly capBps?: number;
  /** The handshake fails. */
  readonly blocks?: boolean;
}

/** What a scenario does to one test, beyond the noise. */
export interface Influence {
  /** By the platform's name: arms A and C. */
  readonly name?: Brake;
  /** By the path to the platform: arm A. */
  readonly path?: Brake;
  /** No test at all. */
  readonly silent?: boolean;
}

/** Share of a policed rate that arrives. */
const GOODPUT = 0.8;
const CAP_SPREAD = 0.1;

/**
 * @param rateBps the rate without it; `null`: failed anyway
 * @param normal a standard normal number
 */
export function brake(rateBps: number | null, by: Brake | undefined, normal: number): number | null {
  if (rateBps === null || by === undefined) return rateBps;
  if (by.blocks === true) return null;
  const slowed = rateBps * (by.factor ?? 1);
  if (by.capBps === undefined) return slowed;
  return Math.min(slowed, by.capBps * GOODPUT * Math.exp(CAP_SPREAD * normal));
}
