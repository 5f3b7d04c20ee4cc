import { createHash } from 'node:crypto';
import { METHOD_VERSION } from '@brakelight/shared';
import type { Alarm, Lift } from './alarm.js';
import type { P0Point } from './country-sweep.js';
import { mechanismSince, type NamedMechanism } from './pair-mechanisms.js';
import type { DetectionParameters, Indicator } from './parameters.js';
import { sweep } from './sweep.js';
import { sybilNumber } from './sybil.js';
import type { SwapPair, Unit } from './types.js';

/** What a judgement was made from. */
export interface EvidenceInput {
  readonly country: string;
  readonly target: string;
  readonly methodVersion: string;
  readonly parameters: DetectionParameters;
  /** First period with bets, last period. */
  readonly from: number;
  readonly now: number;
  /** Units of every country: those outside are the baseline. */
  readonly units: readonly Unit[];
  readonly pairs: readonly SwapPair[];
}

/** What was decided of the country (`asn` null), or of one of its ASNs. */
export interface DecidedCell {
  readonly asn: number | null;
  readonly alarms: readonly Alarm[];
  readonly lifts: readonly Lift[];
  /** Of the last alarm's indicator, at the end: ln E for each start, oldest first, and ln of their sum. */
  readonly indicator: Indicator;
  readonly firstStart: number;
  readonly logE: readonly number[];
  readonly logR: number;
  /** ln of the swap channel's e-value since suspicion arose; from ln 20 on the grade is `sni-triggered`. */
  readonly logSwap: number;
  /** Groups that may be deleted, the most favourable first; `null` where the alarm does not stand at the end. */
  readonly sybilNumber: number | null;
  /** What the swap pairs since the last alarm's onset show of the means; `null` without an alarm. */
  readonly mechanism: NamedMechanism | null;
}

/** What was decided, of the country (`asn` null) and its ASNs. */
export interface Decision {
  readonly p0: readonly P0Point[];
  readonly cells: readonly DecidedCell[];
}

/** Everything from which anyone recomputes a decision. */
export interface EvidenceBundle extends EvidenceInput {
  readonly decision: Decision;
  /** SHA-256 (hex) of the JSON of everything else. */
  readonly checksum: string;
}

function decide(input: EvidenceInput): Decision {
  const found = sweep(input.units, input.pairs, input.parameters, input.from, input.now);
  const country = found.countries.get(input.country);
  if (country === undefined) return { p0: [], cells: [] };
  const asns = [...country.asns].sort(([a], [b]) => a - b);
  const all = [
    [null, country.cell, country.evidence] as const,
    ...asns.map(([asn, cell]) => [asn, cell, cell] as const),
  ];
  return {
    p0: country.p0,
    cells: all.map(([asn, cell, source]) => {
      const last = cell.alarms.at(-1);
      const indicator = last?.indicator ?? 'slow';
      const pairs = cell.pairs.map((at) => found.index.pairs[at] as SwapPair);
      const { from, logE, logR } = source.evidence(indicator, found.now);
      return {
        asn,
        alarms: cell.alarms,
        lifts: cell.lifts,
        indicator,
        firstStart: from,
        logE: [...logE],
        logR,
        logSwap: cell.confirmation(),
        sybilNumber: sybilNumber(cell, source, found.now),
        mechanism: last === undefined ? null : mechanismSince(pairs, last, cell.lifts),
      };
    }),
  };
}

/** Rows written at a time. */
const ROWS = 500;

/** JSON of an object, piece by piece: put together they are `JSON.stringify(content)`. */
function* pieces(content: object): Generator<string> {
  let separator = '{';
  for (const [key, value] of Object.entries(content)) {
    yield `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (!Array.isArray(value)) {
      yield JSON.stringify(value);
      continue;
    }
    yield '[';
    for (let at = 0; at < value.length; at += ROWS) {
      yield (at === 0 ? '' : ',') + JSON.stringify(value.slice(at, at + ROWS)).slice(1, -1);
    }
    yield ']';
  }
  yield '}';
}

/** The bundle as text, piece by piece: a large one need not be in memory twice. */
export async function* writeEvidence(bundle: EvidenceBundle): AsyncGenerator<string> {
  yield* pieces(bundle);
}

function checksum(content: object): string {
  const hash = createHash('sha256');
  for (const piece of pieces(content)) hash.update(piece);
  return hash.digest('hex');
}

export function buildEvidence(input: Omit<EvidenceInput, 'methodVersion'>): EvidenceBundle {
  const { country, target, parameters, from, now, units, pairs } = input;
  const whole = { country, target, methodVersion: METHOD_VERSION, parameters, from, now, units, pairs };
  const content = { ...whole, decision: decide(whole) };
  return { ...content, checksum: checksum(content) };
}

/** Recomputes a bundle from itself alone. @returns `same`, or the first difference in one sentence */
export function verifyEvidence(bundle: EvidenceBundle): string {
  const { checksum: claimed, ...content } = bundle;
  if (checksum(content) !== claimed) return 'checksum: the bundle is not as it was written';
  if (bundle.methodVersion !== METHOD_VERSION) {
    return `methodVersion: made by ${bundle.methodVersion}, this is ${METHOD_VERSION}`;
  }
  return difference(bundle.decision, JSON.parse(JSON.stringify(decide(bundle))), 'decision') ?? 'same';
}

function difference(told: unknown, found: unknown, path: string): string | null {
  if (typeof told !== 'object' || typeof found !== 'object' || told === null || found === null) {
    return Object.is(told, found) ? null : `${path}: the bundle says ${told}, recomputed ${found}`;
  }
  for (const key of new Set([...Object.keys(told), ...Object.keys(found)])) {
    const one = difference(
      (told as Record<string, unknown>)[key],
      (found as Record<string, unknown>)[key],
      `${path}.${key}`,
    );
    if (one !== null) return one;
  }
  return null;
}
