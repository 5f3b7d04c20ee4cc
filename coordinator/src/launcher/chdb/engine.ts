import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from 'chdb';
import { ClickHouseError, notImplemented } from './error.js';
import { bindable } from './parameters.js';

/** A statement as the HTTP interface hands it over. */
export interface Statement {
  readonly query: string;
  /** Rows of an INSERT. */
  readonly data: Buffer | null;
  /** `param_*`, as they came. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly database: string;
}

/** What came of it: rows in a file to be streamed and removed, or a short text. */
export type Outcome =
  | { kind: 'file'; path: string; format: string }
  | { kind: 'text'; text: string; format: string }
  | { kind: 'written'; rows: number; bytes: number };

const INSERT = /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?([\w.`"]+)\s*(?:\(([^()]*)\))?\s+FORMAT\s+(\w+)\s*;?\s*$/i;
const SELECT = /^\s*(?:SELECT|WITH)\b/i;
const ASKS = /^\s*(?:SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b/i;
const FORMAT = /\s+FORMAT\s+(\w+)\s*;?\s*$/i;
const INSERT_FORMATS = ['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'CSVWithNames'] as const;

/**
 * Runs statements on chDB. A chDB connection runs one statement at a time, so there is one for what writes and one for
 * what reads: a long read does not hold up an insert.
 *
 * The rows of a SELECT go to a file first (`INTO OUTFILE`): memory stays small whatever the size, a query that fails
 * half-way is an error and not a cut answer, a slow reader does not hold the connection, and formats that cannot be
 * made piecewise (Parquet) come out whole.
 */
export class ChdbEngine {
  readonly #reads: Lane;
  readonly #writes: Lane;
  readonly #spool: string;

  constructor(reads: Session, writes: Session, spool: string) {
    this.#reads = new Lane(reads);
    this.#writes = new Lane(writes);
    this.#spool = spool;
  }

  /** @throws ClickHouseError */
  run(statement: Statement): Promise<Outcome> {
    const { query, database } = statement;
    if (SELECT.test(query)) return this.#reads.run(database, (session) => this.#select(session, statement));
    if (ASKS.test(query)) return this.#reads.run(database, (session) => ask(session, statement));
    if (statement.data !== null) return this.#writes.run(database, (session) => insert(session, statement));
    return this.#writes.run(database, (session) => command(session, statement));
  }

  async #select(session: Session, statement: Statement): Promise<Outcome> {
    const { body, format } = splitFormat(statement.query);
    const path = join(this.#spool, randomUUID());
    const settings = settingsClause(statement.settings);
    const sql = `${body}\nINTO OUTFILE '${path.replaceAll(/['\\]/g, '\\$&')}' TRUNCATE FORMAT ${format}${settings}`;
    try {
      await session.queryBindAsync(sql, bindable(statement.query, statement.parameters));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { kind: 'file', path, format };
  }
}

async function ask(session: Session, { query, parameters }: Statement): Promise<Outcome> {
  const { body, format } = splitFormat(query);
  const result = await session.queryBindAsync(body, bindable(query, parameters), { format });
  return { kind: 'text', text: result.text(), format };
}

async function insert(session: Session, { query, data, settings }: Statement): Promise<Outcome> {
  const [, table = '', columns, name = ''] = INSERT.exec(query) ?? [];
  const format = INSERT_FORMATS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (table === '' || format === undefined || data === null) {
    throw notImplemented(
      'data with this statement; INSERT INTO <table> [(columns)] FORMAT JSONEachRow or CSV is',
    );
  }
  if (data.length === 0) return { kind: 'written', rows: 0, bytes: 0 };
  const summary = await session.insert({
    table: unquote(table),
    values: data,
    format,
    settings: { ...settings },
    ...(columns === undefined ? {} : { columns: columns.split(',').map((column) => unquote(column.trim())) }),
  });
  return { kind: 'written', rows: summary.rowsWritten, bytes: summary.bytesWritten };
}

async function command(session: Session, { query, parameters, settings }: Statement): Promise<Outcome> {
  if (Object.keys(settings).length > 0)
    throw notImplemented(`settings with this statement (${query.slice(0, 40)}…)`);
  await session.queryBindAsync(query, bindable(query, parameters));
  return { kind: 'written', rows: 0, bytes: 0 };
}

function unquote(identifier: string): string {
  return identifier.replaceAll(/[`"]/g, '');
}

function splitFormat(query: string): { body: string; format: string } {
  const found = FORMAT.exec(query);
  if (found === null) return { body: query.replace(/\s*;\s*$/, ''), format: 'TabSeparated' };
  return { body: query.slice(0, found.index), format: found[1] ?? 'TabSeparated' };
}

function settingsClause(settings: Readonly<Record<string, string>>): string {
  const entries = Object.entries(settings);
  if (entries.length === 0) return '';
  return ` SETTINGS ${entries.map(([key, value]) => `${key} = '${value.replaceAll(/['\\]/g, '\\$&')}'`).join(', ')}`;
}

/** One connection: statements one after another, each in the database it names. */
class Lane {
  readonly #session: Session;
  #database = 'default';
  #last: Promise<unknown> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
  }

  run<T>(database: string, work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      try {
        if (database !== this.#database) {
          await this.#session.queryAsync(`USE \`${database.replaceAll('`', '')}\``);
          this.#database = database;
        }
        return await work(this.#session);
      } catch (error) {
        throw ClickHouseError.from(error);
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
