import type { Alarm } from './alarm.js';
import type { CellVerdict } from './cell-verdict.js';
import type { Since } from './since.js';

/** What an incident is said on: whose verdict, which crossing of a threshold, and what the units since show. */
export interface Claim {
  readonly verdict: CellVerdict;
  readonly alarm: Alarm;
  readonly since: Since;
  /** R has crossed the threshold of a suspicion, and not A. */
  readonly suspected: boolean;
}

/** The alarm that speaks for a country: an open one, its own before an ASN's; else the one that was lifted last. */
export function alarmClaim(country: CellVerdict, asns: readonly CellVerdict[]): Claim | null {
  const open = asns.filter((asn) => asn.open !== null).sort((a, b) => (a.open?.at ?? 0) - (b.open?.at ?? 0));
  const lifted = [country, ...asns]
    .filter(({ lifts }) => lifts.length > 0)
    .sort((a, b) => (b.lifts.at(-1)?.at ?? 0) - (a.lifts.at(-1)?.at ?? 0));
  const verdict = country.open === null ? (open[0] ?? lifted[0]) : country;
  const alarm = verdict?.alarms.at(-1);
  if (verdict === undefined || alarm === undefined || verdict.since === null) return null;
  return { verdict, alarm, since: verdict.since, suspected: false };
}

/** The suspicion that speaks for a country: its own, else the strongest of its ASNs'. */
export function suspicionClaim(country: CellVerdict, asns: readonly CellVerdict[]): Claim | null {
  const [strongest] = asns.filter(({ suspicion }) => suspicion !== null).sort((a, b) => b.logR - a.logR);
  const verdict = country.suspicion === null ? strongest : country;
  const suspicion = verdict?.suspicion ?? null;
  return verdict === undefined || suspicion === null ? null : { verdict, ...suspicion, suspected: true };
}
