import type { Catalogue, DrawnArm, DrawnTest } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { AddressPolicy } from '../net/addresses.js';
import { refusal } from './guard.js';

const issuedAt = '2026-11-01T12:00:00.000Z';
const arm = (name: 'A' | 'B' | 'C' | 'D', change: Partial<DrawnArm> = {}): DrawnArm => ({
  arm: name,
  direction: 'download',
  url: 'https://platform.example.org/object',
  connect: null,
  trust: { kind: 'web' },
  ladder: [96_000, 256_000, 512_000],
  ask: 'range',
  ...change,
});
const ours = { connect: { address: '1.1.1.1', port: 443 }, trust: { kind: 'pins' as const, pins: ['x'] } };
const test = (change: Partial<DrawnTest> = {}): DrawnTest => ({
  id: '01JA0000000000000000000000',
  ticket: 't',
  kind: 'platform',
  target: 'platform',
  control: 'control',
  deep: false,
  family: 4,
  arms: [arm('B'), arm('A')],
  drawnAt: issuedAt,
  ...change,
});
const swap = (change: Partial<DrawnArm>) =>
  test({ kind: 'swap', arms: [arm('C', { ...ours, ...change }), arm('D', { ...ours, ...change })] });
const both = (change: Partial<DrawnArm>) => test({ arms: [arm('A', change), arm('B', change)] });

const object = (url: string) => ({ id: 'o', url, bytes: 4e6, contentType: 'video/mp4', ranges: true });
const LIST: Catalogue = {
  version: '7',
  targets: [
    {
      id: 'platform',
      name: 'Platform',
      hosts: ['platform.example.org'],
      objects: [object('https://platform.example.org/object')],
    },
  ],
  controls: [
    { id: 'control', name: 'Control', network: 'n', object: object('https://platform.example.org/object') },
  ],
};
const judge = (t: DrawnTest, allow: string[] = [], list: Catalogue | undefined = LIST) =>
  refusal(t, { kinds: ['platform', 'swap'], addresses: new AddressPolicy(allow), list, issuedAt });

describe('refusal', () => {
  it('lets ordinary tests through', () => {
    expect(judge(test())).toBeUndefined();
    expect(judge(swap({}))).toBeUndefined();
    expect(
      judge(
        test({ deep: true, arms: [arm('A', { ladder: [4_000_000] }), arm('B', { ladder: [4_000_000] })] }),
      ),
    ).toBeUndefined();
  });

  it('asks for consent to the kind', () => {
    const addresses = new AddressPolicy([]);
    expect(refusal(swap({}), { kinds: ['platform'], addresses, list: LIST, issuedAt })).toMatch(
      /no consent to swap/,
    );
  });

  it.each<[string, DrawnTest, RegExp]>([
    ['plain http', both({ url: 'http://platform.example.org/' }), /only https/],
    ['credentials', both({ url: 'https://me:pw@platform.example.org/' }), /credentials/],
    ['loopback', both({ url: 'https://127.0.0.1/' }), /not a public host/],
    ['loopback in hex', both({ url: 'https://0x7f000001/' }), /not a public host/],
    ['a router', both({ url: 'https://192.168.1.1/' }), /not a public host/],
    ['localhost', both({ url: 'https://localhost/' }), /not a public host/],
    ['cloud metadata', swap({ connect: { address: '169.254.169.254', port: 80 } }), /not a public address/],
    ['IPv6 loopback', swap({ connect: { address: '::1', port: 443 } }), /not a public address/],
    ['a platform elsewhere', both({ connect: { address: '1.1.1.1', port: 443 } }), /own address/],
    ['an unpinned swap', swap({ trust: { kind: 'web' } }), /pinned/],
    ['mixed arms', test({ arms: [arm('A'), arm('C', ours)] }), /arms AB, not AC/],
    ['one arm twice', test({ arms: [arm('A'), arm('A')] }), /arms AB, not AA/],
    ['other directions', test({ arms: [arm('A'), arm('B', { direction: 'upload' })] }), /directions/],
    ['another family', { ...swap({}), family: 6 }, /no IPv6 address/],
    ['unequal bytes', test({ arms: [arm('A'), arm('B', { ladder: [96_000] })] }), /numbers of bytes/],
    ['a ladder downwards', both({ ladder: [96_000, 96_000] }), /ascend/],
    ['too much', both({ ladder: [96_000, 4_000_000] }), /too many/],
    ['yesterday', test({ drawnAt: '2026-10-31T12:00:00.000Z' }), /not now/],
    ['tomorrow', test({ drawnAt: '2026-11-02T12:00:00.000Z' }), /not now/],
  ])('refuses %s', (_name, drawn, why) => expect(judge(drawn)).toMatch(why));

  it.each<[string, DrawnTest, RegExp]>([
    ['a target of its own', test({ target: 'somebody' }), /somebody is not on the public list \(7\)/],
    ['another object', both({ url: 'https://platform.example.org/you' }), /arm A: .* is not on the public/],
    ['another control', test({ control: 'other' }), /arm B: .* is not on the public list/],
    ['a borrowed name', swap({ url: 'https://bank.example.org/v1/down' }), /arm C: .* is not on the public/],
  ])('goes nowhere that the coordinator does not tell everybody: %s', (_name, drawn, why) => {
    expect(judge(drawn)).toMatch(why);
  });

  it('goes nowhere while it does not know what is on the list', () => {
    const addresses = new AddressPolicy([]);
    expect(refusal(test(), { kinds: ['platform'], addresses, list: undefined, issuedAt })).toMatch(
      /could not/,
    );
  });

  it('opens what the operator of a bench named', () => {
    expect(judge(swap({ connect: { address: '127.20.7.1', port: 8443 } }), ['127.0.0.0/8'])).toBeUndefined();
  });
});
