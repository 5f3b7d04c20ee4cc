import type { VerifiedAlert } from './receiver.js';

const kbps = (bps: number | null | undefined): string => (bps == null ? '?' : String(Math.round(bps / 1000)));

/** One line of what a receiver got, and that its signature was good. */
export function alertLine({ message }: VerifiedAlert): string {
  const { incident, reason } = message.data;
  const s = incident.statistics;
  const evidence =
    message.type === 'throttling.resolved'
      ? `(${incident.resolvedReason})`
      : `${kbps(s.rate?.medianBps)} kbit/s against ${kbps(s.controlRateBps)}; ${s.affectedUnits} of ${s.units} units, ` +
        `${s.subnets} subnets, ${s.owners} owners`;
  return `✉ ${message.type}, signature verified: ${incident.target} in ${incident.country} ${evidence}. ${reason}`;
}
