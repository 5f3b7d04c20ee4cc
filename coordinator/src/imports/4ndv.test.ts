import { describe, expect, it } from 'vitest';
import { File4ndv, type Rejection } from './4ndv.js';

const HEADER =
  'datetime_rounded,anonymized_ip,subnet,asn,as_country,as_organization,as_organization_iden,version,test_result,control_result,control_taco_result';
const GOOD =
  '2021-03-13 00:00:00 UTC,192.0.2.0,192.0.2.0/24,64496,RU,PJSC Example,ORG-1,4,104.36,3787.88,3517.0';

/** The good row with some of its fields replaced, by position. */
function line(changes: Record<number, string>): string {
  return GOOD.split(',')
    .map((value, i) => changes[i] ?? value)
    .join(',');
}

function parsed(text: string) {
  const row = new File4ndv(HEADER).row(text);
  if (!row.ok) throw new Error(row.reason);
  return row.test;
}

describe('a row of the 4ndv data set', () => {
  it('is read with rates in bits per second and its time in UTC', () => {
    expect(parsed(GOOD)).toEqual({
      id: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
      measuredAt: Date.parse('2021-03-13T00:00:00Z'),
      subnet: '192.0.2.0',
      asn: 64496,
      asnName: 'PJSC Example',
      country: 'RU',
      targetRateBps: 104_360,
      controlRateBps: 3_787_880,
      placeboRateBps: 3_517_000,
    });
  });

  const refusals: [string, string, Rejection][] = [
    ['the target has no speed', line({ 8: '0.0' }), 'target-speed-not-above-zero'],
    ['the target has a negative speed', line({ 8: '-1' }), 'target-speed-not-above-zero'],
    ['the target has an absurd speed', line({ 8: '1e99' }), 'target-speed-not-above-zero'],
    ['the control has a negative speed', line({ 9: '-16304.35' }), 'control-speed-not-above-zero'],
    ['the control has none', line({ 9: '' }), 'control-speed-not-above-zero'],
    ['the speed is a word', line({ 9: 'NaN' }), 'control-speed-not-above-zero'],
    ['there is no ASN', line({ 3: '' }), 'no-asn'],
    ['the ASN is 0', line({ 3: '0' }), 'no-asn'],
    ['the ASN has more than 32 bits', line({ 3: '4294967296' }), 'no-asn'],
    ['there is no subnet', line({ 1: '' }), 'no-subnet'],
    ['the time is none', line({ 0: 'yesterday' }), 'no-time'],
    ['the month does not exist', line({ 0: '2021-13-41 00:00:00 UTC' }), 'no-time'],
    ['the day does not exist', line({ 0: '2021-02-31 00:00:00 UTC' }), 'no-time'],
    ['a field is missing', GOOD.slice(GOOD.indexOf(',') + 1), 'unparseable'],
    ['a quote never closes', line({ 5: '"PJSC' }), 'unparseable'],
    ['it is something else', '<html>', 'unparseable'],
  ];
  it.each(refusals)('is refused where %s', (_, text, reason) => {
    expect(new File4ndv(HEADER).row(text)).toEqual({ ok: false, reason });
  });

  it('keeps an unknown country unknown, and knows no region as a country', () => {
    for (const country of ['', 'EU', 'AP', 'ZZ', 'Russia']) {
      expect(parsed(line({ 4: country })).country).toBeNull();
    }
    expect(parsed(line({ 4: 'ru' })).country).toBe('RU');
  });

  it('places a network where its prefixes are, not where it is registered', () => {
    expect(parsed(line({ 3: '39598', 4: 'AG' })).country).toBe('RU');
  });

  it('may have quotes and commas in a name', () => {
    expect(parsed(line({ 5: '"Example, ""Net"", Ltd"' })).asnName).toBe('Example, "Net", Ltd');
  });

  it('counts though the second control has no speed', () => {
    expect(parsed(line({ 10: '0' })).placeboRateBps).toBeNull();
  });
});

describe('ids', () => {
  const ids = (file: File4ndv, lines: string[]) =>
    lines.map((text) => {
      const row = file.row(text);
      return row.ok ? row.test.id : null;
    });

  it('tell identical lines of a file apart, and are the same at every reading', () => {
    const lines = [GOOD, line({ 8: '99' }), GOOD, GOOD];
    const first = ids(new File4ndv(HEADER), lines);
    expect(new Set(first).size).toBe(4);
    expect(ids(new File4ndv(HEADER), lines)).toEqual(first);
  });

  it('put a copy right after its original, so that copies change nothing of who came first', () => {
    const [original, copy, third] = ids(new File4ndv(HEADER), [GOOD, GOOD, GOOD]) as [string, string, string];
    expect([third, copy, original].sort()).toEqual([original, copy, third]);
    expect(ids(new File4ndv(HEADER), [GOOD])).toEqual([original]);
    expect(copy.slice(0, 20)).toBe(original.slice(0, 20));
  });
});

describe('the order of ids', () => {
  const order = (changes: Record<number, string>) => {
    const file = new File4ndv(HEADER);
    const speeds = ['11', '22', '33', '44', '55'];
    const at = (speed: string) => {
      const row = file.row(line({ ...changes, 8: speed }));
      return row.ok ? row.test.id : '';
    };
    return speeds.map((speed) => ({ speed, id: at(speed) })).sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const speeds = (changes: Record<number, string>) => order(changes).map(({ speed }) => speed);

  it.each([
    ['another number', { 3: '64511' }],
    ['another name', { 5: 'Example 2' }],
    ['another country', { 4: 'KZ' }],
    ['another day', { 0: '2031-03-13 00:00:00 UTC' }],
  ])('is that of the same measurements under %s', (_, changes) => {
    expect(speeds(changes)).toEqual(speeds({}));
    expect(order(changes)).not.toEqual(order({}));
  });
});

describe('a file', () => {
  it('is refused whose first line does not name the columns', () => {
    expect(() => new File4ndv('a,b,c')).toThrow(/no column datetime_rounded/);
    expect(() => new File4ndv('')).toThrow(/no column/);
  });

  it('may have its columns in another order, more of them, and a byte order mark', () => {
    const header = `\uFEFFextra,${HEADER.split(',').reverse().join(',')}`;
    const row = new File4ndv(header).row(`x,${GOOD.split(',').reverse().join(',')}`);
    expect(row).toMatchObject({ ok: true, test: { asn: 64496, targetRateBps: 104_360 } });
  });
});
