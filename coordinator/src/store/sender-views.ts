import type { PairMechanism } from '@brakelight/shared';
import { type Database, INTERACTIVE } from './client.js';
import { Conditions } from './conditions.js';

/**
 * What the measurement server's kernel saw of a swap pair of downloads. It comes after the test itself, from somebody
 * else, or never: so it is a row of its own, found by the test's id.
 */
export interface SenderViewRow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Of the test. RFC 3339 UTC. */
  readonly measuredAt: string;
  /** Made from `series` by the pure rules of `methodVersion`; re-made when the method changes. */
  readonly mechanism: PairMechanism;
  /** TCP_INFO samples as they came: JSON of `{ C: SenderSample[], D: SenderSample[] }`. */
  readonly series: string;
  readonly methodVersion: string;
}

/** Ids of one look-up; they travel in the address of the request. */
const IDS_AT_ONCE = 1000;

/** The table of what the sender saw. */
export class SenderViews {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Stores a view; a second one of the same test takes its place. */
  insert(rows: readonly SenderViewRow[]): Promise<void> {
    return this.#database.insert('sender_views', rows);
  }

  /** Views of these tests, by id, as far as there are some. */
  async of(ids: readonly string[]): Promise<Map<string, SenderViewRow>> {
    const found = new Map<string, SenderViewRow>();
    for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
      const where = new Conditions().add('id IN {ids:Array(String)}', {
        ids: ids.slice(start, start + IDS_AT_ONCE),
      });
      const rows = await this.#database.rows<SenderViewRow>(
        `SELECT id, source, target, measuredAt, mechanism, series, methodVersion FROM sender_views ${where} LIMIT 1 BY id`,
        where.parameters,
        INTERACTIVE,
      );
      for (const row of rows) found.set(row.id, row);
    }
    return found;
  }
}
