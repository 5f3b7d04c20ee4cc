import { parseDuration } from '../state/duration.js';
import { CommandEnd, EXIT } from './exit.js';
import { joined, type Session } from './session.js';

/** Stops all traffic of the agent, for a time or until resumed. A test that runs is finished. */
export async function pause(session: Session, duration: string | undefined): Promise<void> {
  const { home, out, now } = session;
  await joined(session);
  const ms = duration === undefined ? undefined : parseDuration(duration);
  if (duration !== undefined && !ms)
    throw new CommandEnd(EXIT.usage, `"${duration}" is not an ISO 8601 duration such as PT2H or P1D`);
  const since = new Date(now()).toISOString();
  const until = ms === undefined ? null : new Date(now() + ms).toISOString();
  await home.pause.write({ since, until });
  out.data(
    { paused: true, since, until },
    until ? `Paused until ${until}.` : 'Paused. Go on with: brakelight-probe resume',
  );
}

export async function resume(session: Session): Promise<void> {
  await joined(session);
  const was = await session.home.pause.remove();
  session.out.data({ paused: false, was }, was ? 'Resumed.' : 'It was not paused.');
}
