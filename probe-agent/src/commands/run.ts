import { describeEvent, eventJson } from './describe.js';
import { CommandEnd, EXIT } from './exit.js';
import { requireConsent, type Session } from './session.js';
import { onShutdown } from './shutdown.js';
import { withAgent } from './start.js';

/** Measures until it is told to stop. On stdout: one line for each thing worth knowing (JSON lines with `--json`). */
export async function run(session: Session): Promise<void> {
  const { out } = session;
  await requireConsent(session);
  const signal = onShutdown();
  const end = await withAgent(
    session,
    (event) => {
      const text = describeEvent(event);
      if (out.json || text !== undefined)
        out.data({ at: iso(session.now()), ...eventJson(event) }, `${iso(session.now())}  ${text}`);
    },
    (loop) => loop.run(signal),
  );
  if (end === 'left') out.note('This probe has left its coordinator; nothing is measured any more.');
  if (end === 'displaced')
    throw new CommandEnd(EXIT.failure, 'another agent has taken over this state directory');
}

const iso = (ms: number) => new Date(ms).toISOString();
