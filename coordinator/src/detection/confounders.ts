import type { Confounder } from '@brakelight/shared';
import { affected } from './affected.js';
import { lowerShare, upperShare } from './bounds.js';
import type { CellVerdict } from './cell-verdict.js';
import type { Since } from './since.js';
import { median } from './statistics.js';
import type { Unit } from './types.js';

/** Units before the onset from which a place's own history can be told. */
const MIN_HISTORY = 20;

/**
 * Other explanations that were checked, and what was found; what could not be checked is not ruled out.
 * @param since what the units since the onset show
 */
export function confounders(verdict: CellVerdict, since: Since): Confounder[] {
  const { outside, subnets, owners, units } = verdict;
  const during = since.units;
  const onset = during[0]?.measuredAt ?? Number.POSITIVE_INFINITY;
  const before = units.filter((unit) => unit.measuredAt < onset);
  const elsewhere =
    outside === null
      ? 'Nothing is known of other countries.'
      : `${percent(outside.share)} affected in ${outside.countries} other countries (${Math.round(outside.subnets)} subnets).`;
  return [
    { name: 'platform-outage', ruledOut: outside?.state === 'usable', finding: elsewhere },
    congestion(before, during),
    {
      name: 'one-subnet',
      ruledOut: subnets >= 3 && owners >= 2,
      finding: `${subnets} subnets of ${owners} owners${spared(since.sybilNumber)}.`,
    },
    history(before, during),
  ];
}

/** Without how many of its most telling subnets it stands, where it stands without any and that is known. */
function spared(subnets: number | null): string {
  if (subnets === null || subnets === 0) return '';
  return `; it stands without ${subnets === 1 ? 'the most telling one' : `the ${subnets} most telling`}`;
}

function congestion(before: readonly Unit[], during: readonly Unit[]): Confounder {
  const name = 'local-congestion';
  const now = median(during.map((unit) => unit.controlRateBps));
  const then = median(before.map((unit) => unit.controlRateBps));
  if (now === null || then === null || before.length < MIN_HISTORY) {
    return {
      name,
      ruledOut: false,
      finding: `${before.length} units before the onset: too few to compare the control with.`,
    };
  }
  return {
    name,
    ruledOut: now >= then / 2,
    finding: `The control has a median of ${kbps(now)}; before the onset it had ${kbps(then)}.`,
  };
}

function history(before: readonly Unit[], during: readonly Unit[]): Confounder {
  const name = 'own-history';
  if (before.length < MIN_HISTORY) {
    return { name, ruledOut: false, finding: `${before.length} units before the onset: too few to tell.` };
  }
  const [then, now] = [before, during].map((units) => units.filter(affected).length) as [number, number];
  return {
    name,
    ruledOut: upperShare(then, before.length) < lowerShare(now, during.length),
    finding: `${percent(then / before.length)} of ${before.length} units before the onset were affected, ${percent(now / during.length)} of ${during.length} since.`,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function kbps(bps: number): string {
  return `${Math.round(bps / 1000)} kbit/s`;
}
