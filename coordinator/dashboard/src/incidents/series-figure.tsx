import type { Incident, SeriesPoint } from '@brakelight/shared';
import { useRef, useState } from 'preact/hooks';
import { count, formatMinute, formatRate, formatShare } from '../words/format.js';
import { SeriesChart } from './series-chart.js';
import { SeriesTable } from './series-table.js';
import { useWidth } from './use-width.js';

interface SeriesFigureProps {
  readonly points: readonly SeriesPoint[];
  readonly incident: Incident;
  readonly platform: string;
}

/** The chart, what it says at one moment, and the same as a table. */
export function SeriesFigure({ points, incident, platform }: SeriesFigureProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 800);
  const [chosen, setChosen] = useState<number | null>(null);
  if (points.length === 0) return <p class="quiet">There are no tests to draw.</p>;

  const index = chosen === null ? null : Math.min(chosen, points.length - 1);
  const point = index === null ? undefined : points[index];
  return (
    <figure class="series">
      <div class="key" aria-hidden="true">
        <span class="key-target">{platform}</span>
        <span class="key-control">Control</span>
        <span class="quiet">medians; bands hold the middle half of the tests</span>
      </div>
      <div ref={box}>
        <SeriesChart
          points={points}
          incident={incident}
          width={width}
          chosen={index}
          onChoose={setChosen}
          label={`Rates of ${platform} and of the control over time, logarithmic. A table follows.`}
        />
      </div>
      <label class="scrubber">
        <span class="visually-hidden">Moment of the chart</span>
        <input
          type="range"
          min={0}
          max={points.length - 1}
          value={index ?? points.length - 1}
          aria-valuetext={point ? readout(point, platform) : 'none chosen'}
          onInput={({ currentTarget }) => setChosen(Number(currentTarget.value))}
          onFocus={() => setChosen((now) => now ?? points.length - 1)}
        />
      </label>
      <p class="readout" aria-hidden="true">
        {point ? readout(point, platform) : 'Point at the chart, or move the slider, to read a moment.'}
      </p>
      <SeriesTable points={points} platform={platform} />
    </figure>
  );
}

function readout(point: SeriesPoint, platform: string): string {
  if (point.tests === 0) return `${formatMinute(point.at)}: no tests`;
  return [
    `${formatMinute(point.at)}: ${platform} ${formatRate(point.targetMedianBps)}`,
    `control ${formatRate(point.controlMedianBps)}`,
    `${formatShare(point.slowShare)} slow`,
    count(point.tests, 'test'),
  ].join(', ');
}
