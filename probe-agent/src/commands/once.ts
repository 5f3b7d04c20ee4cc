import { describeResult, summary } from './describe.js';
import { CommandEnd, EXIT } from './exit.js';
import { requireConsent, type Session } from './session.js';
import { onShutdown } from './shutdown.js';
import { withAgent } from './start.js';

/** One round now: asks for work, measures it, brings it to the coordinator. */
export async function once(session: Session): Promise<void> {
  await requireConsent(session);
  const signal = onShutdown();
  const done = await withAgent(
    session,
    (event) => {
      if (event.event === 'refused') session.out.note(`${event.target}: refused, ${event.reason}`);
      if (event.event === 'dropped') session.out.note(`result ${event.id} dropped: ${event.reason}`);
    },
    (loop) => loop.once(signal),
  );
  if (done.notMeasuring) throw new CommandEnd(EXIT.failure, `not measuring: ${done.notMeasuring.text}`);
  const { results, stored, nextPollAt } = done;
  session.out.data(
    { results: results.map(summary), stored, nextPollAt },
    [
      ...results.map(describeResult),
      results.length === 0
        ? `There is nothing to measure now; the next round is at ${nextPollAt}.`
        : `${stored.length} of ${results.length} results are stored${stored.length < results.length ? '; the rest is kept and sent later' : ''}.`,
    ].join('\n'),
  );
}
