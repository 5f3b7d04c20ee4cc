import { composeAgent } from '../agent.js';
import type { AgentEvent } from '../loop/events.js';
import type { ProbeLoop } from '../loop/probe-loop.js';
import { Lock } from '../state/lock.js';
import { openEngine } from './engine.js';
import { openLogger } from './logger.js';
import { joined, type Session } from './session.js';

/** Builds the agent of this state directory, runs `work` with it, and lets go of the directory whatever happens. */
export async function withAgent<T>(
  session: Session,
  onEvent: (event: AgentEvent) => void,
  work: (loop: ProbeLoop) => Promise<T>,
): Promise<T> {
  const { config, home, now } = session;
  const { membership, privateKey } = await joined(session);
  const logger = openLogger(config.logLevel);
  const lock = await Lock.take(home.lockFile);
  try {
    const { measure, methodVersion } = openEngine(config);
    const parts = {
      config,
      home,
      lock,
      membership,
      privateKey,
      measure,
      methodVersion,
      logger,
      now,
      onEvent,
    };
    return await work(await composeAgent({ ...parts, random: Math.random }));
  } finally {
    await lock.release();
  }
}
