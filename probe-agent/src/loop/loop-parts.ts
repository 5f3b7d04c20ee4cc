import type { AddressFamily } from '@brakelight/shared';
import type { Budget } from '../budget/budget.js';
import type { Coordinator } from '../coordinator/coordinator.js';
import type { Measure } from '../measure/measure.js';
import type { AddressPolicy } from '../net/addresses.js';
import type { Delivery } from '../spool/delivery.js';
import type { Spool } from '../spool/spool.js';
import type { Home } from '../state/home.js';
import type { Lock } from '../state/lock.js';
import type { TestsInHand } from '../work/in-hand.js';
import type { TargetList } from '../work/target-list.js';
import type { AgentEvent, AgentLogger } from './events.js';
import type { StatusBoard } from './status-board.js';

/** What the loop works with. */
export interface LoopParts {
  readonly home: Home;
  readonly lock: Lock;
  readonly coordinator: Coordinator;
  readonly spool: Spool;
  readonly spoolMaxBytes: number;
  readonly inHand: TestsInHand;
  readonly targets: TargetList;
  readonly delivery: Delivery;
  readonly budget: Budget;
  readonly board: StatusBoard;
  readonly addresses: AddressPolicy;
  /** In which this machine reaches the Internet now: a laptop moves. */
  readonly families: () => Promise<AddressFamily[]>;
  readonly measure: Measure;
  readonly methodVersion: string;
  readonly logger: AgentLogger;
  readonly now: () => number;
  readonly random: () => number;
  readonly onEvent: (event: AgentEvent) => void;
}
