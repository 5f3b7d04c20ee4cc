import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueObject, DrawnTest } from '@brakelight/shared';

/** A catalogue that lists what these tests ask for, for a bench that draws tests of its own. */
export function catalogueOf(tests: readonly DrawnTest[]): Catalogue {
  const arms = tests.flatMap((test) => test.arms.map((arm) => ({ test, arm })));
  const object = (url: string): CatalogueObject => ({
    id: `object-${hash(url)}`,
    url,
    bytes: 4_000_000,
    contentType: 'application/octet-stream',
    ranges: true,
  });
  const targets = [...new Set(tests.map(({ target }) => target))].map((id) => {
    const own = arms.filter(({ test, arm }) => test.target === id && (arm.arm === 'A' || arm.arm === 'C'));
    const urls = [...new Set(own.map(({ arm }) => arm.url))];
    return {
      id,
      name: id,
      hosts: [...new Set(urls.map((url) => new URL(url).hostname))],
      objects: urls.map(object),
    };
  });
  const controls = new Map(
    arms.flatMap(({ test, arm }) =>
      arm.arm === 'B' && test.control !== null ? [[test.control, arm.url]] : [],
    ),
  );
  const listed = {
    targets,
    controls: [...controls].map(([id, url]) => ({ id, name: id, network: 'bench', object: object(url) })),
  };
  return { version: hash(JSON.stringify(listed)), ...listed };
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
