import type { SeriesPoint } from '@brakelight/shared';
import { Scroller } from '../frame/scroller.js';
import { formatCount, formatMinute, formatRate, formatShare } from '../words/format.js';

/** The chart as a table, folded away. */
export function SeriesTable({
  points,
  platform,
}: {
  readonly points: readonly SeriesPoint[];
  readonly platform: string;
}) {
  return (
    <details class="as-table">
      <summary>The chart as a table</summary>
      <Scroller label="The chart as a table" tall>
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col" class="number">
                {platform}
              </th>
              <th scope="col" class="number">
                Control
              </th>
              <th scope="col" class="number">
                Slow
              </th>
              <th scope="col" class="number">
                Tests
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.at}>
                <th scope="row">{formatMinute(point.at)}</th>
                <td class="number">{formatRate(point.targetMedianBps)}</td>
                <td class="number">{formatRate(point.controlMedianBps)}</td>
                <td class="number">{formatShare(point.slowShare)}</td>
                <td class="number">{formatCount(point.tests)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
