import type { Catalogue, CatalogueTarget } from '@brakelight/shared';
import { DrawnTest } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { type DrawDeps, drawTest, swapFamilies, worstCost } from './draw.js';
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
const V4 = { address: '192.0.2.1', port: 443 };
const V6 = { address: '2001:db8::7', port: 8443 };

function deps(change: Partial<DrawDeps> = {}): DrawDeps {
  return {
    catalogue,
    measurementServer: { endpoints: [V4], pins: [`${'A'.repeat(43)}=`] },
    tickets: new Tickets(key),
    neutralKey: key,
    randomInt: () => 0,
    ...change,
  };
}
const request = {
  probeId: 'p',
  kind: 'platform',
  target,
  deep: false,
  families: [4],
  at: 1_800_000_000_000,
} as const;
/** Says 0 to a draw among so many, else the last. */
const zeroOf = (n: number) => (among: number) => (among === n ? 0 : among - 1);

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

  it('makes one swap pair in four an upload, in both arms, and no platform test', () => {
    const drawn = (kind: 'platform' | 'swap', randomInt: (n: number) => number) =>
      drawTest({ ...request, kind }, deps({ randomInt })).arms.map(({ direction, url }) => [
        direction,
        new URL(url).pathname,
      ]);
    const upload = ['upload', '/v1/up'];
    const down = ['download', '/v1/down'];
    expect(drawn('swap', zeroOf(4))).toEqual([upload, upload]);
    expect(drawn('swap', () => 1)).toEqual([down, down]);
    expect(drawn('platform', zeroOf(4)).map(([direction]) => direction)).toEqual(['download', 'download']);
  });

  it('draws the family that the probe has; where it has both, IPv6 once in four', () => {
    const family = (families: readonly (4 | 6)[], randomInt: (n: number) => number) =>
      drawTest({ ...request, families }, deps({ randomInt })).family;
    expect(family([4], () => 0)).toBe(4);
    expect(family([6], () => 0)).toBe(6);
    expect(family([6, 6], (n) => n - 1)).toBe(6);
    expect(family([4, 6], zeroOf(4))).toBe(6);
    expect(family([6, 4], zeroOf(2))).toBe(4);
    expect(() => family([], () => 0)).toThrow(/without a network/);
  });

  it('draws no family that an object is known not to have, unless the probe has no other', () => {
    const ipv4 = { ...target, objects: [{ ...object('chirp', 2_000_000), families: [4 as const] }] };
    const both = {
      ...target,
      objects: [{ ...object('chirp', 2_000_000), families: [4 as const, 6 as const] }],
    };
    const family = (of: CatalogueTarget, families: readonly (4 | 6)[]) =>
      drawTest({ ...request, target: of, families }, deps()).family;
    expect(family(ipv4, [4, 6])).toBe(4);
    expect(family(both, [4, 6])).toBe(6);
    expect(family(ipv4, [6])).toBe(6);
  });

  it('reaches our own server in the families that it has', () => {
    const has = (...endpoints: (typeof V4)[]) => ({ endpoints, pins: [`${'A'.repeat(43)}=`] });
    expect(swapFamilies([4, 6], has(V6))).toEqual([6]);
    expect(swapFamilies([4], has(V6))).toEqual([]);
    expect(swapFamilies([6, 4], has(V4))).toEqual([4]);
    expect(swapFamilies([4, 6], has(V6, V4))).toEqual([4, 6]);
    for (const [families, endpoint] of [
      [[4], V4],
      [[6], V6],
    ] as const) {
      const test = drawTest({ ...request, kind: 'swap', families }, deps({ measurementServer: has(V4, V6) }));
      expect(test.arms.map(({ connect }) => connect)).toEqual([endpoint, endpoint]);
    }
  });

  it('proves by its ticket what it drew', () => {
    const swap = { ...request, kind: 'swap', families: [6] } as const;
    const measurementServer = { endpoints: [V6], pins: [`${'A'.repeat(43)}=`] };
    const { ticket, ...test } = drawTest(swap, deps({ randomInt: zeroOf(4), measurementServer }));
    expect(new Tickets(key).read(ticket, { ...test, probeId: 'p' })).toEqual({
      order: ['D', 'C'],
      direction: 'upload',
      family: 6,
    });
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

  const drawn = { order: ['A', 'B'], direction: 'download', family: 4 } as const;

  it.each([
    { ...terms, ...drawn },
    { ...terms, ...drawn, order: ['B', 'A'] as const },
    { ...terms, ...drawn, family: 6 as const },
    { ...terms, ...drawn, kind: 'swap' as const, order: ['D', 'C'] as const, direction: 'upload' as const },
  ])(
    'tell how the test was drawn: $kind $order $direction $family',
    ({ order, direction, family, ...of }) => {
      expect(tickets.read(tickets.issue(of, { order, direction, family }), of)).toEqual({
        order,
        direction,
        family,
      });
    },
  );

  it.each([
    { id: '01JA0000000000000000000001' },
    { probeId: 'q' },
    { target: 'reel' },
    { control: null },
    { deep: true },
    { drawnAt: '2026-11-23T20:00:00.001Z' },
    { kind: 'swap' as const },
  ])('fit no other test: %o', (change) => {
    expect(tickets.read(tickets.issue(terms, drawn), { ...terms, ...change })).toBeUndefined();
  });

  it('cannot be made without the key', () => {
    expect(new Tickets(Buffer.alloc(32, 2)).read(tickets.issue(terms, drawn), terms)).toBeUndefined();
    expect(tickets.read('', terms)).toBeUndefined();
  });
});
