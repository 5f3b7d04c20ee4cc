import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

/** What one query may use; every query carries its limits. */
export interface Limits {
  readonly memoryBytes: number;
  readonly seconds: number;
}

/** For what people and probes wait for. */
export const INTERACTIVE: Limits = { memoryBytes: 400_000_000, seconds: 20 };
/** For the judge and the writers. */
export const BACKGROUND: Limits = { memoryBytes: 800_000_000, seconds: 120 };

/** Share of its memory that a query fills before it spills; merging what was spilled takes about as much again. */
const SPILL_SHARE = 0.3;

/** Value of a query parameter `{name:Type}`. */
export type Parameter = string | number | null | readonly string[];

/** The official client, in one database, with our formats and limits. */
export class Database {
  readonly name: string;
  readonly #client: ClickHouseClient;

  constructor(options: { url: string; database: string }) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(options.database)) {
      throw new RangeError(`"${options.database}" cannot be the name of a database`);
    }
    this.name = options.database;
    this.#client = createClient({
      url: options.url,
      database: options.database,
      application: 'brakelight',
      compression: { request: true, response: true },
      request_timeout: (BACKGROUND.seconds + 10) * 1000,
      // Errors reach our own log through whoever asked.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** Whether the server answers. */
  async ping(): Promise<boolean> {
    return (await this.#client.ping()).success;
  }

  /** Rows of a SELECT; times come as RFC 3339 with `Z`, 64-bit integers as numbers. */
  async rows<T>(sql: string, parameters: Record<string, Parameter>, limits: Limits): Promise<T[]> {
    const result = await this.#client.query({
      query: sql,
      query_params: parameters,
      format: 'JSONEachRow',
      clickhouse_settings: {
        ...settings(limits),
        date_time_output_format: 'iso',
        output_format_json_quote_64bit_integers: 0,
      },
    });
    return result.json<T>();
  }

  /** Appends rows; when it resolves the server has them. */
  async insert(table: string, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#client.insert({
      table,
      values: rows,
      format: 'JSONEachRow',
      clickhouse_settings: {
        ...settings(BACKGROUND),
        date_time_input_format: 'best_effort',
        // An import of many years touches a partition for each month; the server's limit of 100 would refuse it for ever.
        max_partitions_per_insert_block: '0',
      },
    });
  }

  /** A statement without rows: CREATE, ALTER. */
  async command(sql: string): Promise<void> {
    await this.#client.command({ query: sql });
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** What would not fit goes through the disk: a window of millions of units is slow to read then, and is read. */
function settings(limits: Limits) {
  const spillAt = `${Math.round(limits.memoryBytes * SPILL_SHARE)}`;
  return {
    max_memory_usage: `${limits.memoryBytes}`,
    max_bytes_before_external_group_by: spillAt,
    max_bytes_before_external_sort: spillAt,
    max_execution_time: limits.seconds,
  };
}
