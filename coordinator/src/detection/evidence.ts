import { createHash } from 'node:crypto';
import { METHOD_VERSION } from './method-version.js';
import type { DetectionParameters } from './parameters.js';
import { type P0Point, sweep } from './sweep.js';
import type { Alarm, Lift } from './sweep-cell.js';
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

/** What was decided, of the country (`asn` null) and its ASNs. */
export interface Decision {
  readonly p0: readonly P0Point[];
  readonly cells: readonly { asn: number | null; alarms: readonly Alarm[]; lifts: readonly Lift[] }[];
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
  const all = [[null, country.cell] as const, ...asns];
  return { p0: country.p0, cells: all.map(([asn, { alarms, lifts }]) => ({ asn, alarms, lifts })) };
}

function checksum(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
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
