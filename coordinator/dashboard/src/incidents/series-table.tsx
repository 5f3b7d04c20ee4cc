import type { SeriesPoint } from '@brakelight/shared';
import { type Column, DataTable } from '../frame/data-table.js';
import { formatCount, formatMinute, formatRate, formatShare } from '../words/format.js';

interface SeriesTableProps {
  readonly points: readonly SeriesPoint[];
  readonly platform: string;
}

/** The chart as a table, folded away. */
export function SeriesTable({ points, platform }: SeriesTableProps) {
  const columns: readonly Column<SeriesPoint>[] = [
    { head: 'From', cell: ({ at }) => formatMinute(at) },
    { head: platform, kind: 'number', cell: ({ targetMedianBps }) => formatRate(targetMedianBps) },
    { head: 'Control', kind: 'number', cell: ({ controlMedianBps }) => formatRate(controlMedianBps) },
    { head: 'Slow', kind: 'number', cell: ({ slowShare }) => formatShare(slowShare) },
    { head: 'Tests', kind: 'number', cell: ({ tests }) => formatCount(tests) },
  ];
  return (
    <details class="as-table">
      <summary>The chart as a table</summary>
      <DataTable label="The chart as a table" columns={columns} rows={points} keyOf={({ at }) => at} tall />
    </details>
  );
}
