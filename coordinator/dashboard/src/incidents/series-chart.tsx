import type { Incident, SeriesPoint } from '@brakelight/shared';
import { formatRate } from '../words/format.js';
import { Marks } from './marks.js';
import { bandPath, linePath, type Spot } from './paths.js';
import { linearScale, logScale, rateDomain, timeTicks } from './scales.js';

interface SeriesChartProps {
  readonly points: readonly SeriesPoint[];
  readonly incident: Incident;
  readonly width: number;
  readonly chosen: number | null;
  readonly onChoose: (index: number | null) => void;
  readonly label: string;
}

const MARGIN = { top: 34, right: 26, left: 72 };
const RATES_HEIGHT = 300;
const GAP = 30;
const SHARE_HEIGHT = 56;
const AXIS_HEIGHT = 26;
const PIXELS_PER_TIME_TICK = 68;

/** Rates on a logarithmic axis above, the share of slow tests below, on one axis of time. */
export function SeriesChart({ points, incident, width, chosen, onChoose, label }: SeriesChartProps) {
  const rateBottom = MARGIN.top + RATES_HEIGHT;
  const shareTop = rateBottom + GAP;
  const shareBottom = shareTop + SHARE_HEIGHT;
  const right = Math.max(MARGIN.left + 50, width - MARGIN.right);

  const times = points.map(({ at }) => Date.parse(at));
  const span: [number, number] = [times[0] ?? 0, times.at(-1) ?? 1];
  const x = linearScale(span, [MARGIN.left, right]);
  const domain = rateDomain(points.flatMap(ratesOf));
  const y = logScale(domain, [rateBottom, MARGIN.top]);
  const share = linearScale([0, 1], [shareBottom, shareTop]);

  const line = (rate: (point: SeriesPoint) => number | null, scale = y): Spot[] =>
    points.map((point, i) => {
      const value = rate(point);
      return value === null ? null : [x(times[i] ?? 0), scale(value)];
    });
  const chosenX = chosen === null ? null : x(times[chosen] ?? 0);
  const decades = decadesOf(domain);

  return (
    <svg
      class="chart"
      width={width}
      height={shareBottom + AXIS_HEIGHT}
      role="img"
      aria-label={label}
      onPointerMove={(event) => onChoose(nearest(times.map(x), event))}
      onPointerLeave={() => onChoose(null)}
    >
      {decades.map((rate) => (
        <g key={rate}>
          <line x1={MARGIN.left} x2={right} y1={y(rate)} y2={y(rate)} class="rule" />
          <text x={MARGIN.left - 8} y={y(rate) + 4} class="tick tick-y">
            {formatRate(rate)}
          </text>
        </g>
      ))}
      {timeTicks(span, Math.max(2, Math.floor((right - MARGIN.left) / PIXELS_PER_TIME_TICK))).map(
        ({ value, label }) => (
          <g key={value}>
            <line x1={x(value)} x2={x(value)} y1={MARGIN.top} y2={shareBottom} class="rule rule-faint" />
            <text x={x(value)} y={shareBottom + 18} class="tick">
              {label}
            </text>
          </g>
        ),
      )}
      <Marks incident={incident} x={x} span={span} top={MARGIN.top} bottom={shareBottom} right={right} />
      <path
        d={bandPath(
          line((p) => p.controlP75Bps),
          line((p) => p.controlP25Bps),
        )}
        class="band band-control"
      />
      <path
        d={bandPath(
          line((p) => p.targetP75Bps),
          line((p) => p.targetP25Bps),
        )}
        class="band band-target"
      />
      <path d={linePath(line((p) => p.controlMedianBps))} class="line line-control" />
      <path d={linePath(line((p) => p.targetMedianBps))} class="line line-target" />
      <text x={MARGIN.left} y={shareTop - 8} class="tick tick-start">
        Share of slow tests
      </text>
      <text x={MARGIN.left - 8} y={shareTop + 5} class="tick tick-y">
        100%
      </text>
      <text x={MARGIN.left - 8} y={shareBottom + 3} class="tick tick-y">
        0
      </text>
      <path
        d={bandPath(
          line((p) => p.slowShare, share),
          line((p) => (p.slowShare === null ? null : 0), share),
        )}
        class="band band-share"
      />
      <path d={linePath(line((p) => p.slowShare, share))} class="line line-share" />
      <line x1={MARGIN.left} x2={right} y1={shareBottom} y2={shareBottom} class="rule" />
      {chosenX !== null && <line x1={chosenX} x2={chosenX} y1={MARGIN.top} y2={shareBottom} class="cursor" />}
    </svg>
  );
}

function ratesOf(p: SeriesPoint): number[] {
  return [
    p.targetMedianBps,
    p.targetP25Bps,
    p.targetP75Bps,
    p.controlMedianBps,
    p.controlP25Bps,
    p.controlP75Bps,
  ].filter((rate) => rate !== null);
}

function decadesOf([low, high]: readonly [number, number]): number[] {
  const decades: number[] = [];
  for (let rate = low; rate <= high * 1.001; rate *= 10) decades.push(rate);
  return decades;
}

/** Index of the point under the pointer. */
function nearest(places: readonly number[], event: PointerEvent): number {
  const left = (event.currentTarget as Element).getBoundingClientRect().left;
  const at = event.clientX - left;
  let best = 0;
  places.forEach((place, i) => {
    if (Math.abs(place - at) < Math.abs((places[best] ?? 0) - at)) best = i;
  });
  return best;
}
