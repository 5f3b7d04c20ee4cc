import type { Incident } from '@brakelight/shared';
import { outlastsData } from '../words/incidents.js';
import type { Scale } from './scales.js';

interface MarksProps {
  readonly incident: Incident;
  readonly x: Scale;
  readonly span: readonly [number, number];
  readonly top: number;
  readonly bottom: number;
  readonly right: number;
}

/** When it began (with its uncertainty), when it was noticed, when it ended. */
export function Marks({ incident, x, span, top, bottom, right }: MarksProps) {
  const [from, to] = span;
  const clamp = (at: string) => x(Math.min(to, Math.max(from, Date.parse(at))));
  const earliest = clamp(incident.onsetEarliestAt);
  const onset = clamp(incident.onsetAt);
  const end = incident.resolvedAt ? clamp(incident.resolvedAt) : right;
  return (
    <>
      <rect x={onset} y={top} width={Math.max(0, end - onset)} height={bottom - top} class="spell" />
      <rect
        x={earliest}
        y={top}
        width={Math.max(1, clamp(incident.onsetLatestAt) - earliest)}
        height={bottom - top}
        class="doubt"
      />
      <Mark at={onset} text="began" top={top} bottom={bottom} right={right} />
      {incident.resolvedAt && (
        <Mark at={end} text={endOf(incident)} top={top} bottom={bottom} right={right} />
      )}
    </>
  );
}

function endOf(incident: Incident): string {
  if (incident.resolvedReason === 'lifted') return 'lifted';
  return outlastsData(incident) ? 'data end' : 'closed';
}

interface MarkProps {
  readonly at: number;
  readonly text: string;
  readonly top: number;
  readonly bottom: number;
  readonly right: number;
}

function Mark({ at, text, top, bottom, right }: MarkProps) {
  const nearEdge = at > right - 50;
  return (
    <>
      <line x1={at} x2={at} y1={top - 10} y2={bottom} class="mark-line" />
      <text
        x={at + (nearEdge ? -5 : 5)}
        y={top - 12}
        class={nearEdge ? 'mark-text mark-text-end' : 'mark-text'}
      >
        {text}
      </text>
    </>
  );
}
