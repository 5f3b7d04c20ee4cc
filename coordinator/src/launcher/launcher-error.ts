/** Why an engine could not be started, in one sentence that says what to do; shown to the operator as it is. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError';
}
