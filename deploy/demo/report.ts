import type { Incident } from '@brakelight/shared';
import type { VerifiedAlert } from './receiver.js';

/** What `--json` prints. Instants are RFC 3339 UTC; `null` is what did not happen. */
export interface DemoReport {
  readonly seed: string;
  readonly onsetAt: string | null;
  /** When the receiver had verified the alert. */
  readonly detectedAt: string | null;
  readonly liftedAt: string | null;
  readonly resolvedAt: string | null;
  readonly webhooksVerified: {
    readonly detected: number;
    readonly updated: number;
    readonly resolved: number;
  };
  readonly webhooksRefused: number;
  /** Incidents of any other place or platform. */
  readonly falseIncidents: number;
  /** Rows that the store has. */
  readonly measurements: number;
  readonly engines: { readonly redis: string; readonly store: string };
  readonly incident: Incident | null;
  /** What was expected and did not happen; empty when all is well. */
  readonly problems: readonly string[];
}

/** What the demo saw. */
export interface Seen {
  readonly seed: string;
  readonly country: string;
  readonly target: string;
  readonly onsetAt: number | null;
  readonly liftedAt: number | null;
  readonly alerts: readonly VerifiedAlert[];
  readonly refused: readonly string[];
  readonly incidents: readonly Incident[];
  readonly measurements: number;
  readonly engines: DemoReport['engines'];
  readonly interrupted: string | null;
}

const instant = (ms: number | null | undefined): string | null =>
  ms == null ? null : new Date(ms).toISOString();

/** Compares what was seen with what had to happen. */
export function reportOf(seen: Seen): DemoReport {
  const ours = (i: Incident) => i.country === seen.country && i.target === seen.target;
  const alerts = seen.alerts.filter((a) => ours(a.message.data.incident));
  const of = (type: string) => alerts.filter((a) => a.message.type === type);
  const detected = of('throttling.detected');
  const resolved = of('throttling.resolved');
  const falseIncidents = seen.incidents.filter((i) => !ours(i)).length;
  const report = {
    seed: seen.seed,
    onsetAt: instant(seen.onsetAt),
    detectedAt: instant(detected[0]?.receivedAt),
    liftedAt: instant(seen.liftedAt),
    resolvedAt: instant(resolved[0]?.receivedAt),
    webhooksVerified: {
      detected: detected.length,
      updated: of('throttling.updated').length,
      resolved: resolved.length,
    },
    webhooksRefused: seen.refused.length,
    falseIncidents,
    measurements: seen.measurements,
    engines: seen.engines,
    incident: seen.incidents.find(ours) ?? null,
  };
  return { ...report, problems: problemsOf(report, seen, resolved[0]) };
}

function problemsOf(
  report: Omit<DemoReport, 'problems'>,
  seen: Seen,
  resolved: VerifiedAlert | undefined,
): string[] {
  const where = `${seen.target} in ${seen.country}`;
  const { detected, resolved: ended } = report.webhooksVerified;
  const reason = resolved?.message.data.incident.resolvedReason;
  const checks: [boolean, string][] = [
    [seen.interrupted === null, seen.interrupted ?? ''],
    [detected === 1, `expected one verified "detected" message for ${where}, got ${detected}`],
    [ended === 1, `expected one verified "resolved" message for ${where}, got ${ended}`],
    [ended !== 1 || reason === 'lifted', `the incident was resolved as "${reason}", expected "lifted"`],
    [report.falseIncidents === 0, `${report.falseIncidents} incident(s) elsewhere, expected none`],
    [seen.refused.length === 0, `the receiver refused ${seen.refused.length} message(s): ${seen.refused[0]}`],
    [report.measurements > 0, 'no measurement was stored'],
  ];
  return checks.filter(([ok]) => !ok).map(([, text]) => text);
}
