import { ContactError } from '../coordinator/errors.js';
import { spoolSize, wipeSpool } from '../spool/spool.js';
import { removeIfThere } from '../state/atomic-file.js';
import { ownCoordinator, type Session } from './session.js';

/**
 * Asks the coordinator to forget this probe and deletes its key, its consents and what was not sent. Without a
 * connection the key goes all the same: what the coordinator still knows can then be deleted by its operator. A
 * running agent notices and ends.
 */
export async function leave(session: Session): Promise<void> {
  const { home, out } = session;
  const { membership, coordinator } = await ownCoordinator(session);
  const { probeId, coordinator: origin } = membership;
  const problem = await coordinator.forget().then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ContactError) return error.code === 'unknown-probe' ? undefined : error.message;
      throw error;
    },
  );
  const { results: unsent } = await spoolSize(home.spoolFolder);
  // First what makes us somebody: a crash in between leaves nobody who could measure.
  await home.membership.remove();
  await removeIfThere(home.keyFile);
  await home.consents.remove();
  await home.toldConsents.remove();
  await home.pause.remove();
  await home.limits.remove();
  await home.activity.remove();
  await home.inHand.remove();
  await home.catalogue.remove();
  await wipeSpool(home.spoolFolder);
  out.data(
    { left: true, forgotten: problem === undefined, problem: problem ?? null, probeId, unsent },
    [
      `The key is deleted; this machine measures no more for ${origin}.`,
      problem === undefined
        ? 'The coordinator has forgotten this probe.'
        : `The coordinator could not be asked to forget it (${problem}).\nTell its operator to delete probe ${probeId}.`,
      ...(unsent > 0 ? [`${unsent} results that were not stored yet are deleted.`] : []),
    ].join('\n'),
  );
}
