import type { Catalogue, CatalogueObject } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { drawTest } from '../work/draw.js';
import { Tickets } from '../work/ticket.js';
import { unresolvedTargets } from './check.js';
import { isResolved } from './resolved.js';

const page = 'https://chirp.example/';
const fixed: CatalogueObject = {
  id: 'fixed',
  url: 'https://chirp.example/fixed.bin',
  bytes: 600_000,
  contentType: 'application/octet-stream',
  ranges: true,
};
const lost: CatalogueObject = { ...fixed, id: 'lost', url: page, discover: { page, pick: '"(a)"' } };
const found: CatalogueObject = { ...lost, id: 'found', url: 'https://chirp.example/found.bin' };
const target = (...objects: CatalogueObject[]) => ({
  id: 'chirp',
  name: 'Chirp',
  hosts: ['chirp.example'],
  objects,
});

describe('an object with a rule to find it', () => {
  it('is resolved once it has an address of its own', () => {
    expect([fixed, lost, found].map(isResolved)).toEqual([true, false, true]);
    const catalogue = (...objects: CatalogueObject[]) =>
      ({ version: '1', targets: [target(...objects)], controls: [] }) as Catalogue;
    expect(unresolvedTargets(catalogue(lost))).toEqual(['chirp']);
    expect(unresolvedTargets(catalogue(lost, found))).toEqual([]);
  });

  it('is drawn for no test before', () => {
    const key = Buffer.alloc(32, 1);
    const control = { id: 'plain', name: 'Plain', network: 'Plain', object: fixed };
    const deps = {
      catalogue: { version: '1', targets: [target(lost, found)], controls: [control] },
      measurementServer: undefined,
      tickets: new Tickets(key),
      neutralKey: key,
    };
    for (const last of [false, true]) {
      const test = drawTest(
        {
          probeId: 'p',
          kind: 'platform',
          target: target(lost, found),
          deep: false,
          families: [4],
          at: 1.8e12,
        },
        { ...deps, randomInt: (n) => (last ? n - 1 : 0) },
      );
      expect(test.arms.map(({ url }) => url).sort()).toEqual([fixed.url, found.url]);
    }
  });
});
