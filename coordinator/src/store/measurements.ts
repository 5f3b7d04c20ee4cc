import type { AddressFamily, Direction, SeriesPoint, TestKind } from '@brakelight/shared';
import { z } from 'zod';
import { BACKGROUND, type Database, INTERACTIVE } from './client.js';
import { Conditions, instant, type Moment, milliseconds } from './conditions.js';
import { decodeCursor, type Listed, type Page, rowsToAsk, toPage } from './cursor.js';
import type { MeasurementRow } from './rows.js';
import { type SenderViewRow, SenderViews } from './sender-views.js';

const COLUMNS = [
  'id',
  'source',
  'kind',
  'target',
  'control',
  'direction',
  'deep',
  'country',
  'asn',
  'asnName',
  'subnet',
  'owner',
  'probe',
  'family',
  'measuredAt',
  'receivedAt',
  'class',
  'invalidReason',
  'targetRateBps',
  'controlRateBps',
  'ratio',
  'gain',
  'arms',
  'agentVersion',
  'methodVersion',
  'nodeVersion',
  'networkDbDate',
] as const satisfies readonly (keyof MeasurementRow)[];

/** Ids of one look-up; they travel in the address of the request. */
const IDS_AT_ONCE = 1000;

const Key = z.tuple([z.int(), z.string().max(200)]);

export interface MeasurementFilter {
  readonly source?: string | undefined;
  /** `null`: only those whose country is unknown. */
  readonly country?: string | null | undefined;
  readonly asn?: number | null | undefined;
  readonly target?: string | undefined;
  readonly kind?: TestKind | undefined;
  readonly direction?: Direction | undefined;
  readonly family?: AddressFamily | undefined;
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
}

/** A test, and what the sender saw of it, where that is known. */
export interface ListedMeasurement extends MeasurementRow {
  readonly sender?: SenderViewRow | undefined;
}

/** The table of tests. */
export class Measurements {
  readonly #database: Database;
  readonly #senderViews: SenderViews;
  #lastInsert: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
    this.#senderViews = new SenderViews(database);
  }

  /**
   * Stores rows once each, by source and id: also across restarts and re-deliveries. When it resolves the rows are on disk.
   * Inserts of this process run one after another, so the look-up before each sees all that went before; what two
   * coordinators insert at the same moment is merged by the table and counted by id in every query.
   */
  insert(rows: readonly MeasurementRow[]): Promise<{ inserted: number; duplicates: number }> {
    const turn = this.#lastInsert.then(async () => {
      const sources = [...new Set(rows.map((row) => row.source))];
      const ids = [...new Set(rows.map((row) => row.id))];
      const stored = new Set((await this.#stored(ids, sources)).map(keyOf));
      const byKey = new Map(rows.map((row) => [keyOf(row), row]));
      const fresh = [...byKey].flatMap(([key, row]) => (stored.has(key) ? [] : [row]));
      await this.#database.insert('measurements', fresh);
      return { inserted: fresh.length, duplicates: rows.length - fresh.length };
    });
    this.#lastInsert = turn.catch(() => undefined);
    return turn;
  }

  /** Which of these ids a source has stored. */
  async storedIds(ids: readonly string[], source: string): Promise<Set<string>> {
    return new Set((await this.#stored(ids, [source])).map(({ id }) => id));
  }

  /** Newest first. @throws InvalidCursorError */
  async list(filter: MeasurementFilter, page: Page): Promise<Listed<ListedMeasurement>> {
    const limit = rowsToAsk(page);
    const where = new Conditions()
      .equal('source', 'String', filter.source)
      .equal('country', 'String', filter.country)
      .equal('asn', 'UInt32', filter.asn)
      .equal('target', 'String', filter.target)
      .equal('kind', 'String', filter.kind)
      .equal('direction', 'String', filter.direction)
      .equal('family', 'UInt8', filter.family)
      .within('measuredAt', filter.since, filter.until);
    if (page.cursor) {
      const [at, after] = decodeCursor(page.cursor, Key);
      where.add(`(measuredAt, id) < (${instant('cursorAt')}, {cursorId:String})`, {
        cursorAt: at,
        cursorId: after,
      });
    }
    // The keys first: the observations are wide, and only those of this page are read.
    const rows = await this.#database.rows<MeasurementRow>(
      `SELECT ${COLUMNS.join(', ')} FROM measurements
       WHERE (source, target, measuredAt, id) IN (
         SELECT source, target, measuredAt, id FROM measurements ${where}
         ORDER BY measuredAt DESC, id DESC LIMIT 1 BY id LIMIT {limit:UInt32})
       ORDER BY measuredAt DESC, id DESC LIMIT 1 BY id`,
      { ...where.parameters, limit },
      INTERACTIVE,
    );
    const { data, nextCursor } = toPage(rows, limit, (row) => [milliseconds(row.measuredAt), row.id]);
    const swaps = data.filter(({ kind }) => kind === 'swap').map(({ id }) => id);
    const seen = await this.#senderViews.of(swaps);
    return { data: data.map((row) => ({ ...row, sender: seen.get(row.id) })), nextCursor };
  }

  /** Valid download tests of the platform channel in steps of `stepMs`, oldest first; empty steps are left out. */
  series(filter: {
    source: string;
    country?: string | null | undefined;
    asn?: number | null | undefined;
    target: string;
    since: Moment;
    until: Moment;
    stepMs: number;
  }): Promise<SeriesPoint[]> {
    const where = new Conditions()
      .equal('source', 'String', filter.source)
      .equal('target', 'String', filter.target)
      .equal('country', 'String', filter.country)
      .equal('asn', 'UInt32', filter.asn)
      .within('measuredAt', filter.since, filter.until)
      .add(`kind = 'platform' AND direction = 'download' AND class IS NOT NULL AND invalidReason IS NULL`);
    const quantile = (level: number, column: string) => `toInt64(round(quantileExact(${level})(${column})))`;
    const quartiles = (name: string) => `
      ${quantile(0.5, `${name}RateBps`)} AS ${name}MedianBps,
      ${quantile(0.25, `${name}RateBps`)} AS ${name}P25Bps,
      ${quantile(0.75, `${name}RateBps`)} AS ${name}P75Bps`;
    return this.#database.rows<SeriesPoint>(
      `SELECT
         fromUnixTimestamp64Milli(intDiv(toUnixTimestamp64Milli(measuredAt), {stepMs:Int64}) * {stepMs:Int64}, 'UTC') AS at,
         uniqExact(id) AS tests,
         uniqExactIf(id, class = 'slow') / tests AS slowShare,
         ${quartiles('target')},
         ${quartiles('control')}
       FROM measurements ${where} GROUP BY at ORDER BY at`,
      { ...where.parameters, stepMs: filter.stepMs },
      INTERACTIVE,
    );
  }

  /** Tests of a source, each id once. */
  async count(source: string): Promise<number> {
    const where = new Conditions().equal('source', 'String', source);
    const sql = `SELECT uniqExact(id) AS n FROM measurements ${where}`;
    const [row] = await this.#database.rows<{ n: number }>(sql, where.parameters, BACKGROUND);
    return row?.n ?? 0;
  }

  /** Everything there is to judge. */
  targets(): Promise<{ source: string; target: string }[]> {
    return this.#database.rows(
      'SELECT source, target FROM measurements GROUP BY source, target ORDER BY source, target',
      {},
      BACKGROUND,
    );
  }

  async #stored(ids: readonly string[], sources: readonly string[]): Promise<RowKey[]> {
    const found: RowKey[] = [];
    for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
      const where = new Conditions()
        .add('id IN {ids:Array(String)}', { ids: ids.slice(start, start + IDS_AT_ONCE) })
        .add('source IN {sources:Array(String)}', { sources });
      const sql = `SELECT DISTINCT source, id FROM measurements ${where}`;
      found.push(...(await this.#database.rows<RowKey>(sql, where.parameters, BACKGROUND)));
    }
    return found;
  }
}

/** What a row is known by. */
type RowKey = Pick<MeasurementRow, 'source' | 'id'>;

function keyOf({ source, id }: RowKey): string {
  return `${source} ${id}`;
}
