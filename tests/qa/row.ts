import type { AddressFamily, InvalidReason, Mechanism, TestClass } from '@brakelight/shared';
import type { KernelRule } from '../../deploy/dist/testbed/kernel/censor-rules.js';
import type { KernelClient } from '../../deploy/dist/testbed/kernel/options.js';
import type { EndName } from './end-name.js';

/** What the test of a row is called: its class, or why it says nothing. */
export type Outcome = TestClass | InvalidReason;

/**
 * A swap pair: the trigger's name is the slower one, or neither is slower by half, or the pair says nothing (both arms
 * failed alike).
 */
export type SwapOutcome = 'trigger-slower' | 'alike' | 'nothing';

/** One row: what the network is like, what the censor does, what must come out. */
export interface QaRow {
  /** Without commas: the command line takes lists of names. */
  readonly name: string;
  /** The client's line; 30 Mbit/s both ways, 40 ms, no loss where not said. */
  readonly line?: Partial<KernelClient>;
  /** The platform: added to its round trip; how long it thinks before it answers. */
  readonly platform?: { readonly extraRttMs?: number; readonly thinkMs?: number };
  /** Congestion control of the servers (cubic). */
  readonly congestion?: 'bbr' | 'cubic';
  /** What the tests are drawn for (4); the bench always has both. */
  readonly family?: AddressFamily;
  readonly censor: readonly KernelRule[];
  /** The deep ladder (1 MB). */
  readonly deep?: boolean;
  /** Another download of this client fills the line meanwhile. */
  readonly competing?: boolean;
  /** Its rates are the line's own: it runs alone. Rows that wait, or creep at 140 kbit/s, run side by side. */
  readonly alone?: boolean;
  /** Lists are the sets that are allowed. */
  readonly expect: {
    /** How arm A ends. */
    readonly end: readonly EndName[];
    /** What the platform test is called. */
    readonly test: readonly Outcome[];
    /** The swap pair as downloads; absent where anything is allowed. */
    readonly swap?: SwapOutcome;
    /** How arm C ends. */
    readonly triggerEnd?: readonly EndName[];
    /** The swap pair as uploads, by the measurement server's count; absent: not run. */
    readonly upload?: SwapOutcome;
    /** What the measurement server's TCP_INFO makes of the downloads; `null`: it cannot tell. Absent: not looked at. */
    readonly mechanism?: Mechanism | null;
  };
}
