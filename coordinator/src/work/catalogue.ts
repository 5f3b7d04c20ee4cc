import { readFile } from 'node:fs/promises';
import { Catalogue } from '@brakelight/shared';
import type { z } from 'zod';
import { isResolved } from '../catalogue/resolved.js';
import { allowList, isPublicAddress, literalHost } from '../network/public-address.js';

/** The catalogue cannot be used; says every reason at once. */
export class CatalogueError extends Error {
  constructor(where: string, problems: readonly string[]) {
    super(
      `${where} cannot be used as a catalogue:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'CatalogueError';
  }
}

/**
 * Reads a catalogue. Objects whose host is a private address are refused, unless `allowCidr` names it.
 * @throws CatalogueError
 */
export async function loadCatalogue(path: string, allowCidr: readonly string[]): Promise<Catalogue> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CatalogueError(path, [(error as Error).message]);
  }
  const parsed = Catalogue.safeParse(value);
  if (!parsed.success) throw new CatalogueError(path, parsed.error.issues.map(inWords));
  const problems = [...privateObjects(parsed.data, allowCidr), ...lostControls(parsed.data)];
  if (problems.length > 0) throw new CatalogueError(path, problems);
  return parsed.data;
}

function inWords({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

/** Without its control no test can be run. */
function lostControls(catalogue: Catalogue): string[] {
  return catalogue.controls
    .filter(({ object }) => !isResolved(object))
    .map(({ id }) => `${id} has no address of its own yet; give a control a fixed one`);
}

function privateObjects(catalogue: Catalogue, allowCidr: readonly string[]): string[] {
  const allowed = allowList(allowCidr);
  const objects = [
    ...catalogue.targets.flatMap((target) => target.objects.map((object) => ({ of: target.id, object }))),
    ...catalogue.controls.map((control) => ({ of: control.id, object: control.object })),
  ];
  return objects.flatMap(({ of, object }) => {
    const address = literalHost(object.url);
    if (address === undefined || isPublicAddress(address) || allowed.has(address)) return [];
    return [
      `${of}/${object.id} points at ${address}, which is no public address; TARGET_ALLOW_CIDR may name it`,
    ];
  });
}
