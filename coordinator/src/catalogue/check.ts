import type { AddressFamily, Catalogue, CatalogueObject } from '@brakelight/shared';
import { discover } from './discover.js';
import type { GuardedClient } from './guarded-client.js';
import { isResolved } from './resolved.js';

/** What the ladder of a test asks for at most in an ordinary round; smaller objects see less. */
export const WANTED_BYTES = 512_000;
const AT_ONCE = 6;

/** What was found of one object. */
export interface EntryReport {
  /** `target/object` or `control/object`. */
  readonly entry: string;
  /** Where it lies now. */
  readonly url: string;
  readonly reachable: boolean;
  readonly status: number | null;
  readonly bytes: number | null;
  readonly ranges: boolean | null;
  readonly contentType: string | null;
  /** Address families of its host. */
  readonly families: readonly AddressFamily[] | null;
  /** Fields of the catalogue that are not true any more. */
  readonly changed: readonly ('url' | 'bytes' | 'ranges' | 'contentType')[];
  /** Why probes cannot measure with it; `null`: they can. */
  readonly fault: string | null;
  /** Worth knowing. */
  readonly note: string | null;
}

interface Entry {
  readonly name: string;
  readonly object: CatalogueObject;
}

/** Every object of a catalogue, as `target/object`. */
function entriesOf(catalogue: Catalogue): Entry[] {
  return [
    ...catalogue.targets.flatMap(({ id, objects }) =>
      objects.map((object) => ({ name: `${id}/${object.id}`, object })),
    ),
    ...catalogue.controls.map(({ id, object }) => ({ name: `${id}/${object.id}`, object })),
  ];
}

/** Tries every object of a catalogue from here. What fails here may be reachable elsewhere, and the other way round. */
export async function checkCatalogue(catalogue: Catalogue, client: GuardedClient): Promise<EntryReport[]> {
  const entries = entriesOf(catalogue);
  const reports: EntryReport[] = new Array(entries.length);
  let next = 0;
  const line = async () => {
    for (let i = next++; i < entries.length; i = next++) {
      reports[i] = await checkEntry(entries[i] as Entry, client);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  return reports;
}

async function checkEntry({ name, object }: Entry, client: GuardedClient): Promise<EntryReport> {
  const unknown = { status: null, bytes: null, ranges: null, contentType: null, families: null };
  const failed = (fault: string): EntryReport => ({
    entry: name,
    url: object.url,
    reachable: false,
    ...unknown,
    changed: [],
    fault,
    note: null,
  });
  let url = object.url;
  try {
    if (object.discover) url = await discover(object.discover, client);
  } catch (error) {
    return failed(`cannot be found: ${reason(error)}`);
  }
  try {
    const { status, contentType, bytes, ranges, location } = await client.head(url);
    const families = await client.families(url);
    const good = status === 200 || status === 206;
    const found = { url, bytes, contentType, ranges };
    const changed = (['url', 'bytes', 'ranges', 'contentType'] as const).filter(
      (field) => good && found[field] !== null && found[field] !== object[field],
    );
    const moved = location === null ? '' : ` and points to ${location}`;
    const small = bytes !== null && bytes < WANTED_BYTES;
    return {
      entry: name,
      ...found,
      families,
      reachable: good,
      status,
      changed,
      fault: good ? null : `answers ${status}${moved}`,
      note: small ? `smaller than ${WANTED_BYTES / 1000} kB` : null,
    };
  } catch (error) {
    return { ...failed(reason(error)), url };
  }
}

/** The innermost cause says what happened. */
function reason(error: unknown): string {
  let innermost = error as Error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  if (innermost instanceof AggregateError && innermost.errors[0]) innermost = innermost.errors[0] as Error;
  return innermost.message;
}

/**
 * The catalogue with what was found written into it; entries that have a fault stay as they are. Its version says when.
 * @param at when it was checked
 */
export function withFindings(catalogue: Catalogue, reports: readonly EntryReport[], at: Date): Catalogue {
  const byEntry = new Map(reports.map((report) => [report.entry, report]));
  const updated = (of: string, object: CatalogueObject): CatalogueObject => {
    const report = byEntry.get(`${of}/${object.id}`);
    if (!report || report.fault !== null) return object;
    return {
      ...object,
      url: report.url,
      bytes: report.bytes ?? object.bytes,
      contentType: report.contentType ?? object.contentType,
      ranges: report.ranges ?? object.ranges,
      ...(report.families?.length && { families: [...report.families] }),
    };
  };
  const stamp = at.toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
  return {
    version: `${catalogue.version.replace(/\+checked\..*$/, '')}+checked.${stamp}`,
    targets: catalogue.targets.map((target) => ({
      ...target,
      objects: target.objects.map((object) => updated(target.id, object)),
    })),
    controls: catalogue.controls.map((control) => ({
      ...control,
      object: updated(control.id, control.object),
    })),
  };
}

/** Targets that probes cannot fetch anything of yet; their names are tested by swap only. */
export function unresolvedTargets(catalogue: Catalogue): string[] {
  return catalogue.targets.filter(({ objects }) => !objects.some(isResolved)).map(({ id }) => id);
}
