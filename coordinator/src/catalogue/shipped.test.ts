import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.js';
import { loadCatalogue } from '../work/catalogue.js';
import { WANTED_BYTES } from './check.js';
import { pick } from './discover.js';
import { isResolved } from './resolved.js';

const catalogue = await loadCatalogue(loadConfig({}).work.catalogueFile, []);
const PLATFORMS =
  'x youtube facebook instagram whatsapp telegram tiktok signal reddit linkedin wikipedia'.split(' ');

describe('the catalogue that is shipped', () => {
  it('has the platforms, several hosts of each, the video hosts first', () => {
    expect(catalogue.targets.map(({ id }) => id)).toEqual(PLATFORMS);
    for (const { id, hosts } of catalogue.targets) expect(hosts.length, id).toBeGreaterThanOrEqual(4);
    const first = Object.fromEntries(catalogue.targets.map(({ id, hosts }) => [id, hosts[0]]));
    expect(first).toMatchObject({ x: 'video.twimg.com', youtube: 'redirector.googlevideo.com' });
  });

  it('has objects of 512 kB or a rule to find one', () => {
    for (const { objects } of catalogue.targets) {
      for (const { url, bytes, discover } of objects) {
        expect(discover !== undefined || bytes >= WANTED_BYTES, url).toBe(true);
        if (discover) expect(() => pick(discover.pick, '<html>'), discover.pick).not.toThrow();
      }
    }
  });

  it('has controls that need no rule, on unrelated networks', () => {
    expect(catalogue.controls.every(({ object }) => isResolved(object))).toBe(true);
    expect(new Set(catalogue.controls.map(({ network }) => network)).size).toBeGreaterThanOrEqual(3);
  });
});
