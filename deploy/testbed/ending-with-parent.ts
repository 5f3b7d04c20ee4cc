import { findExecutable } from '@brakelight/coordinator/launcher/executable';

/**
 * The command, asked to end (SIGTERM) when the process that starts it is gone, by SIGKILL too: the kernel tells it. Where
 * there is no `setpriv` (Linux has it) the command as it is.
 */
export function endingWithParent(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const setpriv = findExecutable(['setpriv']);
  return setpriv === null ? command : [setpriv, '--pdeathsig', 'TERM', '--', ...command];
}
