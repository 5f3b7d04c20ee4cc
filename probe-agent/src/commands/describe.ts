import type { ArmObservation, TestResult } from '@brakelight/shared';
import type { AgentEvent } from '../loop/events.js';

/** One line for people: `twitter  A 0.14 Mbit/s (slow)  B 22.10 Mbit/s (fast)`. */
export function describeResult(result: TestResult): string {
  return `${result.target.padEnd(14)} ${result.arms.map(describeArm).join('   ')}`;
}

function describeArm({ arm, end, rateBps }: ArmObservation): string {
  const rate = rateBps === null ? '' : ` ${(rateBps / 1e6).toFixed(2)} Mbit/s`;
  switch (end.kind) {
    case 'decided':
      return `${arm}${rate} (${end.as})`;
    case 'failed':
      return `${arm}${rate} (failed: ${end.phase} ${end.class})`;
    case 'aborted':
      return `${arm} not measured (${end.reason})`;
    default:
      return `${arm}${rate} (${end.kind})`;
  }
}

/** An event of the running agent, for people; `undefined` for what only a machine wants. */
export function describeEvent(event: AgentEvent): string | undefined {
  switch (event.event) {
    case 'waiting':
      return `not measuring: ${event.why.text}`;
    case 'ready':
      return 'ready';
    case 'polled':
      return `${event.tests === 0 ? 'no' : event.tests} ${event.tests === 1 ? 'test' : 'tests'} to run; next round at ${event.nextPollAt}`;
    case 'refused':
      return `${event.target}: refused, ${event.reason}`;
    case 'measured':
      return describeResult(event.result);
    case 'dropped':
      return `result ${event.id} dropped: ${event.reason}`;
    case 'stored':
      return undefined;
  }
}

/** The same for machines: without curves, which are in the submission. */
export function eventJson(event: AgentEvent): object {
  if (event.event !== 'measured') return event;
  return { event: 'measured', ...summary(event.result) };
}

/** A result in few words: what was measured and how each arm ended. */
export function summary({ id, kind, target, control, measuredAt, arms }: TestResult): object {
  return {
    id,
    kind,
    target,
    control,
    measuredAt,
    arms: arms.map(({ arm, end, rateBps, bytesReceived, bytesSent }) => ({
      arm,
      end,
      rateBps,
      bytesReceived,
      bytesSent,
    })),
  };
}
