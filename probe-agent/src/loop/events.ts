import type { TestResult } from '@brakelight/shared';
import type { NotMeasuring } from './readiness.js';

/** What a person may want to see of a running agent. */
export type AgentEvent =
  | { readonly event: 'waiting'; readonly why: NotMeasuring }
  | { readonly event: 'ready' }
  | { readonly event: 'polled'; readonly tests: number; readonly nextPollAt: string }
  | { readonly event: 'refused'; readonly id: string; readonly target: string; readonly reason: string }
  | { readonly event: 'measured'; readonly result: TestResult }
  | { readonly event: 'stored'; readonly id: string }
  | { readonly event: 'dropped'; readonly id: string; readonly reason: string };

/** The part of pino that the agent uses. */
export interface AgentLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
