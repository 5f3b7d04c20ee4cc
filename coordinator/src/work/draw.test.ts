import type { Catalogue, CatalogueTarget } from '@brakelight/shared';
import { DrawnTest } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { type DrawDeps, drawTest, worstCost } from './draw.js';
import { neutralName } from './neutral-name.js';
import { Tickets } from './ticket.js';

const object = (id: string, bytes: number) => ({
  id,
  url: `https://${id}.example/file`,
  bytes,
  contentType: 'image/jpeg',
  ranges: true,
});
const target: CatalogueTarget = {
  id: 'chirp',
  name: 'Chirp',
  hosts: ['www.chirp.example'],
  objects: [object('chirp', 2_000_000)],
};
const control = (id: string, bytes: number) => ({ id, name: id, network: id, object: object(id, bytes) });
const catalogue: Catalogue = { version: '1', targets: [target], controls: [control('big', 3_000_000)] };
const key = Buffer.alloc(32, 1);

function deps(change: Partial<DrawDeps> = {}): DrawDeps {
  return {
    catalogue,
    measurementServer: { address: '192.0.2.1', port: 443, pins: [`${'A'.repeat(43)}=`] },
    tickets: new Tickets(key),
    neutralKey: key,
    randomInt: () => 0,
    ...change,
  };
}
const request = { probeId: 'p', kind: 'platform', target, deep: false, at: 1_800_000_000_000 } as const;

describe('drawing a test', () => {
  it('is what the wire allows, with the same ladder on both arms', () => {
    for (const kind of ['platform', 'swap'] as const) {
      for (const deep of [false, true]) {
        const test = DrawnTest.parse(drawTest({ ...request, kind, deep }, deps()));
        expect(test.arms[0]?.ladder).toEqual(test.arms[1]?.ladder);
        expect(test.arms[0]?.ladder.at(-1)).toBe(deep ? 1_000_000 : 512_000);
      }
    }
  });

  it('lets the coin say which arm goes first', () => {
    const order = (face: number) =>
      drawTest(request, deps({ randomInt: (n) => (n === 2 ? face : 0) })).arms.map((a) => a.arm);
    expect(order(0)).toEqual(['A', 'B']);
    expect(order(1)).toEqual(['B', 'A']);
  });

  it('asks for no more than the smaller object has', () => {
    const ladderWith = (bytes: number) =>
      drawTest(request, deps({ catalogue: { ...catalogue, controls: [control('small', bytes)] } })).arms[0]
        ?.ladder;
    expect(ladderWith(300_000)).toEqual([96_000, 256_000]);
    expect(ladderWith(50_000)).toEqual([50_000]);
  });

  it('names a platform and a neutral name of the same length towards our own server', () => {
    const [c, d] = drawTest({ ...request, kind: 'swap' }, deps()).arms;
    const hostOf = (url = '') => new URL(url).hostname;
    expect([c?.arm, d?.arm]).toEqual(['C', 'D']);
    expect(hostOf(c?.url)).toBe('www.chirp.example');
    expect(hostOf(d?.url)).toHaveLength('www.chirp.example'.length);
    expect(hostOf(d?.url)).not.toBe('www.chirp.example');
    expect(c?.connect).toEqual({ address: '192.0.2.1', port: 443 });
    expect(c?.trust).toEqual(d?.trust);
  });

  it('knows what a test costs at worst', () => {
    expect(worstCost(drawTest(request, deps()))).toBe(2 * 528_000);
  });
});

describe('neutral names', () => {
  it.each(['x.com', 'video.twimg.com', 'rr1---sn-abc.googlevideo.com'])('%s', (host) => {
    const name = neutralName(key, host, 0);
    expect(name).toMatch(/^[a-z]+(\.[a-z]+)+$/);
    expect(name).toHaveLength(host.length);
    expect(name.split('.').map((label) => label.length)).toEqual(
      host.split('.').map((label) => label.length),
    );
    expect(neutralName(key, host, 0)).toBe(name);
    expect(neutralName(key, host, 1)).not.toBe(name);
  });
});

describe('tickets', () => {
  const tickets = new Tickets(key);
  const terms = {
    id: '01JA0000000000000000000000',
    probeId: 'p',
    kind: 'platform',
    target: 'chirp',
    control: 'big',
    deep: false,
    drawnAt: '2026-11-23T20:00:00.000Z',
  } as const;

  it('tell the order that was drawn', () => {
    expect(tickets.drawnOrder(tickets.issue(terms, ['B', 'A']), terms)).toEqual(['B', 'A']);
    expect(tickets.drawnOrder(tickets.issue(terms, ['A', 'B']), terms)).toEqual(['A', 'B']);
  });

  it.each([
    { id: '01JA0000000000000000000001' },
    { probeId: 'q' },
    { target: 'reel' },
    { control: null },
    { deep: true },
    { drawnAt: '2026-11-23T20:00:00.001Z' },
    { kind: 'swap' as const },
  ])('fit no other test: %o', (change) => {
    expect(tickets.drawnOrder(tickets.issue(terms, ['A', 'B']), { ...terms, ...change })).toBeUndefined();
  });

  it('cannot be made without the key', () => {
    expect(
      new Tickets(Buffer.alloc(32, 2)).drawnOrder(tickets.issue(terms, ['A', 'B']), terms),
    ).toBeUndefined();
    expect(tickets.drawnOrder('', terms)).toBeUndefined();
  });
});
