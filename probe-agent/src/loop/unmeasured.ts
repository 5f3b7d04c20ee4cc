import type { AbortReason, DrawnTest, TestResult } from '@brakelight/shared';
import { AGENT_VERSION } from '../version.js';

/**
 * Result of a drawn test that was not run, by the probe's own decision. It is sent like any other, so that every
 * test that was drawn is accounted for and none vanishes in silence.
 */
export function unmeasured(
  test: DrawnTest,
  reason: AbortReason,
  at: string,
  methodVersion: string,
): TestResult {
  return {
    id: test.id,
    ticket: test.ticket,
    kind: test.kind,
    target: test.target,
    control: test.control,
    deep: test.deep,
    drawnAt: test.drawnAt,
    measuredAt: at,
    arms: test.arms.map(({ arm, direction }) => ({
      arm,
      direction,
      startedAt: at,
      durationMs: 0,
      end: { kind: 'aborted', reason },
      family: null,
      remoteAddress: null,
      dnsAnswers: [],
      protocol: null,
      httpStatus: null,
      phases: { dnsMs: null, tcpMs: null, tlsMs: null, firstByteMs: null },
      bytesReceived: 0,
      bytesSent: 0,
      curve: [],
      rateBps: null,
      loopDelayMs: 0,
    })),
    agentVersion: AGENT_VERSION,
    methodVersion,
    nodeVersion: process.version,
  };
}
