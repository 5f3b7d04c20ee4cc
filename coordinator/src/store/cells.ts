import type { Cell, CellState } from '@brakelight/shared';
import { z } from 'zod';
import { type Database, INTERACTIVE } from './client.js';
import { Conditions } from './conditions.js';
import { decodeCursor, type Listed, type Page, rowsToAsk, toPage } from './cursor.js';

const Key = z.tuple([z.string().max(100), z.string().max(100), z.string().max(2), z.int().min(0)]);

export interface CellFilter {
  readonly source?: string | undefined;
  /** Country cell and cells of its ASNs; `null`: those whose country is unknown. */
  readonly country?: string | null | undefined;
  /** `null`: only cells of whole countries. */
  readonly asn?: number | null | undefined;
  readonly target?: string | undefined;
  readonly state?: CellState | undefined;
}

/** What may be on the public list. Instants are RFC 3339 in UTC. */
export interface NetworkQuery {
  readonly source: string;
  /** Cells that were judged before are of the past, and no longer count. */
  readonly judgedSince: string;
  /** Least ln R, and oldest last unit, of a candidate. */
  readonly minLogR: number;
  readonly seenSince: string;
}

/** Cells as they were judged last; one per (source, target, country, ASN). */
export class Cells {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Replaces what was said of these cells before. */
  save(cells: readonly Cell[]): Promise<void> {
    const rows = cells.map((cell) => ({
      source: cell.source,
      target: cell.target,
      country: cell.country ?? '',
      asn: cell.asn ?? 0,
      state: cell.state,
      body: JSON.stringify(cell),
    }));
    return this.#database.insert('cells', rows);
  }

  /** By source, target, country, ASN. @throws InvalidCursorError */
  async list(filter: CellFilter, page: Page): Promise<Listed<Cell>> {
    const limit = rowsToAsk(page);
    const where = new Conditions()
      .equal('source', 'String', filter.source)
      .equal('country', 'String', filter.country === null ? '' : filter.country)
      .equal('asn', 'UInt32', filter.asn === null ? 0 : filter.asn)
      .equal('target', 'String', filter.target)
      .equal('state', 'String', filter.state);
    if (page.cursor) {
      const [source, target, country, asn] = decodeCursor(page.cursor, Key);
      where.add('(source, target, country, asn) > ({cs:String}, {ct:String}, {cc:String}, {ca:UInt32})', {
        cs: source,
        ct: target,
        cc: country,
        ca: asn,
      });
    }
    const rows = await this.#database.rows<{ body: string }>(
      `SELECT body FROM cells FINAL ${where} ORDER BY source, target, country, asn LIMIT {limit:UInt32}`,
      { ...where.parameters, limit },
      INTERACTIVE,
    );
    const cells = rows.map(({ body }) => JSON.parse(body) as Cell);
    return toPage(cells, limit, (cell) => [cell.source, cell.target, cell.country ?? '', cell.asn ?? 0]);
  }

  /** How many networks x platforms are judged, and those of them that stand out. */
  async networks(query: NetworkQuery): Promise<{ judged: number; candidates: Cell[] }> {
    const judged = () =>
      new Conditions()
        .equal('source', 'String', query.source)
        .add('asn != 0')
        .add(`JSONExtractString(body, 'judgedAt') >= {judgedSince:String}`, {
          judgedSince: query.judgedSince,
        });
    const loud = judged()
      .add(`JSONExtractFloat(body, 'logR') >= {minLogR:Float64}`, { minLogR: query.minLogR })
      .add(`JSONExtractString(body, 'lastUnitAt') >= {seenSince:String}`, { seenSince: query.seenSince });
    const all = judged();
    const [counted, found] = await Promise.all([
      this.#database.rows<{ n: number }>(
        `SELECT count() AS n FROM cells FINAL ${all}`,
        all.parameters,
        INTERACTIVE,
      ),
      this.#database.rows<{ body: string }>(
        `SELECT body FROM cells FINAL ${loud} ORDER BY target, country, asn LIMIT 10000`,
        loud.parameters,
        INTERACTIVE,
      ),
    ]);
    return {
      judged: counted[0]?.n ?? 0,
      candidates: found.map(({ body }) => JSON.parse(body) as Cell),
    };
  }
}
