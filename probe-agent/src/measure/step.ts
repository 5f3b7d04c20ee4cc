import type { ArmEnd } from '@brakelight/shared';
import type { Client } from 'undici';
import { ArmEnded } from './arm-ended.js';
import type { MeteredSocket } from './metered-socket.js';
import { type RequestOptions, type ResponseListener, request } from './request.js';

/**
 * One step of the ladder: a request on the arm's one connection. Behind a whole step a far end that closes in good
 * order, or refuses, has only ended the ladder: what came is a measurement. Whatever else goes wrong there does so in
 * the transfer's body, before a head or not.
 * @param behindSteps steps before this one came whole
 * @throws ArmEnded
 */
export async function step(
  client: Client,
  socket: MeteredSocket,
  behindSteps: boolean,
  options: RequestOptions,
  listener: ResponseListener,
): Promise<void> {
  try {
    await request(client, socket, options, listener);
  } catch (error) {
    if (!behindSteps || !(error instanceof ArmEnded)) throw error;
    throw new ArmEnded(endBehindSteps(error.end, socket.farEndClosed), error);
  }
}

function endBehindSteps(end: ArmEnd, farEndClosed: boolean): ArmEnd {
  if (end.kind !== 'failed' || end.phase !== 'http') return end;
  // A reset may answer a request that crossed the goodbye.
  if (farEndClosed || end.class === 'closed') return { kind: 'short', reason: 'closed' };
  if (end.class === 'http-status') return { kind: 'short', reason: 'refused' };
  return { ...end, phase: 'body' };
}
