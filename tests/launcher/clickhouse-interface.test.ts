import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { EmbeddedChdb } from '@brakelight/coordinator/launcher/chdb';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What `chdb/http.ts` says it does, asked by the official client with and without gzip. */
describe.each([true, false])('the HTTP interface of chDB (gzip: %s)', (gzip) => {
  let folder: string;
  let chdb: EmbeddedChdb;
  let client: ClickHouseClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brakelight-test-'));
    chdb = await EmbeddedChdb.start(folder, pino({ level: 'silent' }));
    client = createClient({
      url: chdb.url,
      compression: { request: gzip, response: gzip },
      log: { level: ClickHouseLogLevel.OFF },
    });
    await client.command({
      query: 'CREATE TABLE pets (id UInt32, name String) ENGINE = MergeTree ORDER BY id',
    });
    await client.insert({
      table: 'pets',
      values: [
        { id: 1, name: 'cat' },
        { id: 2, name: `o'dog "\\` },
      ],
      format: 'JSONEachRow',
    });
  });
  afterAll(async () => {
    await client.close();
    await chdb.stop();
    await rm(folder, { recursive: true });
  });

  const rows = async (query: string, query_params: Record<string, unknown> = {}) =>
    (await client.query({ query, query_params, format: 'JSONEachRow' })).json();

  it('answers a ping', async () => {
    expect(await client.ping()).toEqual({ success: true });
  });

  it.each([
    ['String', 'plain'],
    ['String', `it's \\ a "test"\n\twith all; {braces:String} -- and SELECT`],
    ['String', '\\N'],
    ['Nullable(String)', null],
    ['Int64', -5],
    ['Array(String)', ['a', `b'c`, 'd\\e', 'f,g', '', '[h]']],
    ['Array(UInt32)', [1, 2, 3]],
    ['Array(String)', []],
  ])('binds a parameter of type %s: %j', async (type, value) => {
    const query = `SELECT {value:${type}} AS value SETTINGS output_format_json_quote_64bit_integers = 0`;
    expect(await rows(query, { value })).toEqual([{ value }]);
  });

  it('takes JSONEachRow and CSV, says how many rows it wrote', async () => {
    const { summary } = await client.insert({
      table: 'pets',
      columns: ['id', 'name'],
      values: [{ id: 3, name: 'hen' }],
      format: 'JSONEachRow',
    });
    expect(summary?.written_rows).toBe('1');
    const { stream } = await client.exec({ query: 'SELECT count() FROM pets FORMAT TabSeparated' });
    expect(await text(stream)).toBe('3\n');
  });

  it('streams CSV with one header, and Parquet whole, however many rows', async () => {
    const numbers = 'SELECT number AS n, toString(number) AS s FROM numbers(300000)';
    const csv = await text((await client.exec({ query: `${numbers} FORMAT CSVWithNames` })).stream);
    const lines = csv.split('\n');
    expect(lines.slice(0, 2)).toEqual(['"n","s"', '0,"0"']);
    expect(lines.filter((line) => line === '"n","s"')).toHaveLength(1);
    expect(lines).toHaveLength(300_002);
    const parquet = await buffer((await client.exec({ query: `${numbers} FORMAT Parquet` })).stream);
    expect([parquet.subarray(0, 4), parquet.subarray(-4)].map(String)).toEqual(['PAR1', 'PAR1']);
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  });

  it('is not held up by an answer that nobody reads, and leaves nothing of it', async () => {
    const { stream } = await client.exec({ query: 'SELECT number FROM numbers(5000000) FORMAT CSV' });
    stream.pause();
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    stream.destroy();
    expect(await rows('SELECT 2 AS two')).toEqual([{ two: 2 }]);
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  });

  it('says errors as ClickHouse does', async () => {
    await expect(rows('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
    await expect(rows('SELECT (')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(
      client.insert({ table: 'pets', values: [{ id: 'x' }], format: 'JSONEachRow' }),
    ).rejects.toMatchObject({ name: 'Error', code: expect.stringMatching(/^\d+$/) });
  });

  it('holds a query to its own limits', async () => {
    const limited = (query: string, clickhouse_settings: Record<string, string | number>) =>
      client.query({ query, clickhouse_settings, format: 'JSONEachRow' });
    await expect(
      limited('SELECT groupArray(number) FROM numbers(50000000)', { max_memory_usage: '50000000' }),
    ).rejects.toMatchObject({ type: 'MEMORY_LIMIT_EXCEEDED' });
    await expect(
      limited('SELECT sum(sipHash64(number)) FROM numbers(1000000000000)', { max_execution_time: 1 }),
    ).rejects.toMatchObject({ type: 'TIMEOUT_EXCEEDED' });
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  });

  it('refuses what it does not do, instead of ignoring it', async () => {
    const session = client.query({ query: 'SELECT 1', session_id: 'mine' });
    await expect(session).rejects.toMatchObject({ code: '48', type: 'NOT_IMPLEMENTED' });
    const setting = client.command({ query: 'DROP TABLE pets', clickhouse_settings: { max_threads: 1 } });
    await expect(setting).rejects.toMatchObject({ code: '48' });
    const smuggled = { "max_threads=1 INTO OUTFILE '/tmp/x' -- ": 1 } as Record<string, number>;
    await expect(client.query({ query: 'SELECT 1', clickhouse_settings: smuggled })).rejects.toMatchObject({
      code: '48',
    });
    expect(await rows('SELECT count() > 0 AS there FROM pets')).toEqual([{ there: 1 }]);
  });
});

it('holds all queries together to the memory of the process', async () => {
  const chdb = await EmbeddedChdb.start(join(await temporaryFolder(), 'chdb'), pino({ level: 'silent' }));
  const client = createClient({ url: chdb.url, log: { level: ClickHouseLogLevel.OFF } });
  try {
    const greedy = client.query({ query: 'SELECT groupArray(number) FROM numbers(1000000000)' });
    await expect(greedy).rejects.toMatchObject({ type: 'MEMORY_LIMIT_EXCEEDED' });
    expect((await client.ping()).success).toBe(true);
  } finally {
    await client.close();
    await chdb.stop();
  }
});
