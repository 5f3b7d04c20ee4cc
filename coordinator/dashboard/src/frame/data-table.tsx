import type { ComponentChildren } from 'preact';
import { Scroller } from './scroller.js';

/** One column: its head, and what stands in it. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand to the right; `wide` text may take room, `one-line` text does not break. */
  readonly kind?: 'number' | 'wide' | 'one-line';
}

interface DataTableProps<Row> {
  readonly label: string;
  /** The first names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  readonly classOf?: (row: Row) => string | undefined;
  /** May be longer than the page: it scrolls on its own. */
  readonly tall?: boolean;
}

/** Rows of one kind, in a box of their own that scrolls where they need more room than there is. */
export function DataTable<Row>({ label, columns, rows, keyOf, classOf, tall }: DataTableProps<Row>) {
  const [first, ...others] = columns;
  return (
    <Scroller label={label} tall={tall ?? false}>
      <table>
        <thead>
          <tr>
            {columns.map(({ head, kind }) => (
              <th key={head} scope="col" class={kind === 'number' ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={classOf?.(row)}>
              <th scope="row">{first?.cell(row)}</th>
              {others.map(({ head, kind, cell }) => (
                <td key={head} class={kind}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
