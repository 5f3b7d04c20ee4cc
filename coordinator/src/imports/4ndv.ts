import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';

/**
 * Rows of the "Russia Twitter Throttle Dataset" (github.com/4ndv/russia-twitter-throttle, CC BY 4.0): people fetched the
 * same number of bytes from Twitter and from two controls; a row is the three speeds.
 */
export const SOURCE_4NDV = '4ndv';
/** The platform of the data set. */
export const TARGET_4NDV = 'twitter';
export const TARGET_NAME_4NDV = 'Twitter';
export const CONTROL_4NDV = 'control';

/** The data set's own columns, by name: other columns may come and go. */
const COLUMNS = [
  'datetime_rounded',
  'anonymized_ip',
  'asn',
  'as_country',
  'as_organization',
  'test_result',
  'control_result',
  'control_taco_result',
] as const;
type Column = (typeof COLUMNS)[number];

/**
 * Systems whose registration lies abroad while the prefixes they announce do not. The data set knows the registration
 * only; a probe is where its prefix is.
 */
export const REGISTERED_ABROAD: ReadonlyMap<number, { country: string; why: string }> = new Map([
  [39598, { country: 'RU', why: 'registered in Antigua and Barbuda, announces Russian prefixes' }],
]);

/** Registries' regions that are no countries. */
const NO_COUNTRY = new Set(['EU', 'AP', 'ZZ']);

/** A good row. Rates are bits per second. */
export interface SpeedTest {
  /**
   * The same row has the same id, always. Ids tell who came first among tests of one moment: by what was measured, whatever
   * places are called and whenever it was, and a copy right after its original.
   */
  readonly id: string;
  /** Unix milliseconds (5-minute bins). */
  readonly measuredAt: number;
  /** /24 or /48, as published. */
  readonly subnet: string;
  readonly asn: number;
  readonly asnName: string | null;
  /** `null` where the data set has none. */
  readonly country: string | null;
  readonly targetRateBps: number;
  readonly controlRateBps: number;
  /** The second control ("taco": its name contains "t.co"); `null` where its speed is not above 0. */
  readonly placeboRateBps: number | null;
}

/** Why a row is refused. */
export type Rejection =
  | 'unparseable'
  | 'no-time'
  | 'no-subnet'
  | 'no-asn'
  | 'target-speed-not-above-zero'
  | 'control-speed-not-above-zero';

export type ParsedRow =
  | { readonly ok: true; readonly test: SpeedTest }
  | { readonly ok: false; readonly reason: Rejection };

/** One file, line by line. The first line names the columns. */
export class File4ndv {
  readonly #columns: Map<Column, number>;
  readonly #width: number;
  readonly #seen = new Map<string, number>();

  /**
   * @param header first line of the file
   * @throws {Error} where a column is missing: the file is not of this format
   */
  constructor(header: string) {
    const names = cells(header.replace(/^\uFEFF/, ''));
    if (names === null) throw new Error('the first line is not CSV');
    this.#width = names.length;
    this.#columns = new Map(COLUMNS.map((column) => [column, names.indexOf(column)]));
    const missing = COLUMNS.filter((column) => !names.includes(column));
    if (missing.length > 0) throw new Error(`not a file of the 4ndv format: no column ${missing.join(', ')}`);
  }

  /** Parses one line; a bad one is refused with a reason and disturbs nobody. */
  row(line: string): ParsedRow {
    const values = cells(line);
    if (values === null || values.length !== this.#width) return refused('unparseable');
    const value = (column: Column) => values[this.#columns.get(column) as number] ?? '';
    const measuredAt = instant(value('datetime_rounded'));
    if (measuredAt === null) return refused('no-time');
    const subnet = value('anonymized_ip').trim();
    if (!/^[0-9a-fA-F.:]{2,45}$/.test(subnet)) return refused('no-subnet');
    const asn = Number(/^\d{1,10}$/.test(value('asn')) ? value('asn') : Number.NaN);
    if (!(asn >= 1 && asn <= 4_294_967_295)) return refused('no-asn');
    const targetRateBps = rate(value('test_result'));
    if (targetRateBps === null) return refused('target-speed-not-above-zero');
    const controlRateBps = rate(value('control_result'));
    if (controlRateBps === null) return refused('control-speed-not-above-zero');
    return {
      ok: true,
      test: {
        id: this.#id(`${subnet}\n${value('test_result')}\n${value('control_result')}`, line),
        measuredAt,
        subnet: subnet.toLowerCase(),
        asn,
        asnName: value('as_organization').trim().slice(0, 200) || null,
        country: REGISTERED_ABROAD.get(asn)?.country ?? country(value('as_country')),
        targetRateBps,
        controlRateBps,
        placeboRateBps: rate(value('control_taco_result')),
      },
    };
  }

  /**
   * 26 characters of Crockford's base 32, as every id: a ULID made from two hashes instead of a clock and chance. The first is
   * of what was measured, the second of the whole line, counted up for further identical lines of the file.
   */
  #id(measured: string, line: string): string {
    const nth = (this.#seen.get(line) ?? 0) + 1;
    this.#seen.set(line, nth);
    const lineHash = BigInt.asUintN(64, hash64(`${SOURCE_4NDV}\n${line}`) + BigInt(nth - 1));
    let bits = (hash64(measured) << 64n) | lineHash;
    let id = '';
    for (let i = 0; i < 26; i++) {
      id = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.charAt(Number(bits & 31n)) + id;
      bits >>= 5n;
    }
    return id;
  }
}

/** First 64 bits of SHA-256. */
function hash64(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE();
}

function refused(reason: Rejection): ParsedRow {
  return { ok: false, reason };
}

function cells(line: string): string[] | null {
  // Nearly all lines are plain; the library is for those with quotes.
  if (!line.includes('"')) return line.split(',');
  try {
    const [row, ...more] = parse(line, { relax_column_count: true }) as string[][];
    return more.length === 0 && row !== undefined ? row : null;
  } catch {
    return null;
  }
}

function instant(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?: UTC|Z)?$/.exec(text.trim());
  const at = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`);
  // 31 February is no 3 March.
  const exists = !Number.isNaN(at) && new Date(at).getUTCDate() === Number(match?.[1]?.slice(8));
  return exists ? at : null;
}

/** kbit/s in, bits per second out. */
function rate(text: string): number | null {
  if (!/^\d+(\.\d+)?(e\d{1,2})?$/i.test(text.trim())) return null;
  const bps = Math.round(Number(text) * 1000);
  return Number.isSafeInteger(bps) && bps > 0 ? bps : null;
}

function country(text: string): string | null {
  const code = text.trim().toUpperCase();
  return /^[A-Z]{2}$/.test(code) && !NO_COUNTRY.has(code) ? code : null;
}
