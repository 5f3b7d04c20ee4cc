import type { SwapPair, Unit } from '../detection/types.js';
import { BACKGROUND, type Database } from './client.js';
import { Conditions, type Moment } from './conditions.js';

export interface UnitQuery {
  readonly source: string;
  readonly target: string;
  readonly since: Moment;
  readonly until: Moment;
  /** Length of a period, e.g. 1,800,000; periods are counted from the epoch. */
  readonly periodMs: number;
}

const PERIOD = 'intDiv(toUnixTimestamp64Milli(measuredAt), {periodMs:Int64})';

/** Reads what the judge judges (method 3): evidence, made from tests. */
export class Units {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * One unit per (subnet, ASN, period) of a target, from its first valid download test by (measuredAt, id), in that
   * order. `tests` counts the valid tests of the group.
   */
  units(query: UnitQuery): Promise<Unit[]> {
    const where = conditions(query).add(
      `kind = 'platform' AND direction = 'download' AND class IS NOT NULL AND invalidReason IS NULL`,
    );
    // `argMin` leaves nulls out; inside a tuple they stay.
    return this.#database.rows<Unit>(
      `SELECT
         key.2 AS id, toUnixTimestamp64Milli(key.1) AS measuredAt, period,
         first.1 AS country, asn, subnet, first.2 AS owner,
         CAST(first.3 = 'slow' AS Bool) AS slow,
         CAST(first.3 = 'stalled' AS Bool) AS stalled,
         CAST(first.3 = 'blocked' AS Bool) AS blocked,
         first.4 AS targetRateBps, first.5 AS controlRateBps, tests
       FROM (
         SELECT subnet, asn, ${PERIOD} AS period,
           min((measuredAt, id)) AS key,
           argMin((country, owner, class, targetRateBps, controlRateBps), (measuredAt, id)) AS first,
           uniqExact(id) AS tests
         FROM measurements ${where} GROUP BY subnet, asn, period)
       ORDER BY measuredAt, id`,
      { ...where.parameters, periodMs: query.periodMs },
      BACKGROUND,
    );
  }

  /** Names of the networks that measured a target, as they were told last. */
  async asnNames(query: Pick<UnitQuery, 'source' | 'target'>): Promise<Map<number, string>> {
    const where = new Conditions()
      .equal('source', 'String', query.source)
      .equal('target', 'String', query.target)
      .add('asn IS NOT NULL AND asnName IS NOT NULL');
    const rows = await this.#database.rows<{ asn: number; name: string }>(
      `SELECT asn, argMax(asnName, measuredAt) AS name FROM measurements ${where} GROUP BY asn`,
      where.parameters,
      BACKGROUND,
    );
    return new Map(rows.map(({ asn, name }) => [asn, name]));
  }

  /** Every judgeable swap pair of a target, in (measuredAt, id) order. */
  swapPairs(query: UnitQuery): Promise<SwapPair[]> {
    const where = conditions(query).add(`kind = 'swap' AND gain IS NOT NULL AND invalidReason IS NULL`);
    return this.#database.rows<SwapPair>(
      `SELECT id, toUnixTimestamp64Milli(at) AS measuredAt, period, country, asn, subnet, owner, direction, gain,
         nullIf(seen, '') AS mechanism
       FROM (
         SELECT id, measuredAt AS at, ${PERIOD} AS period, country, asn, subnet, owner, direction, gain
         FROM measurements ${where} LIMIT 1 BY id) AS pairs
       LEFT JOIN (
         SELECT id, toString(any(mechanism)) AS seen FROM sender_views ${conditions(query)} GROUP BY id) AS views
       USING id
       ORDER BY measuredAt, id`,
      { ...where.parameters, periodMs: query.periodMs },
      BACKGROUND,
    );
  }
}

function conditions({ source, target, since, until }: UnitQuery): Conditions {
  return new Conditions()
    .equal('source', 'String', source)
    .equal('target', 'String', target)
    .within('measuredAt', since, until);
}
