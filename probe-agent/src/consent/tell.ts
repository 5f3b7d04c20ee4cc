import { isDeepStrictEqual } from 'node:util';
import type { Coordinator } from '../coordinator/coordinator.js';
import type { Home } from '../state/home.js';

/** Brings the coordinator's record of what the person accepted up to ours, where it differs. @throws ContactError */
export async function tellConsents(
  home: Home,
  coordinator: Coordinator,
  signal?: AbortSignal,
): Promise<void> {
  const record = (await home.consents.read()) ?? { consents: [] };
  if (isDeepStrictEqual(record, await home.toldConsents.read())) return;
  await coordinator.tellConsents(record.consents, signal);
  await home.toldConsents.write(record);
}
