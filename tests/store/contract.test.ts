import { Database } from '@brakelight/coordinator/store/client';
import type { MeasurementRow } from '@brakelight/coordinator/store/rows';
import type { Store } from '@brakelight/coordinator/store/store';
import type { Cell } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleIncident } from '../answers/samples.js';
import { ownStore } from '../support/own-place.js';
import { measurementRow } from './measurement-row.js';

const MINUTE = 60_000;
const PERIOD = 30 * MINUTE;
const START = Date.parse('2026-03-10T07:00:00.000Z');
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();

/** What the rest of Brakelight relies on, whatever speaks ClickHouse's HTTP interface. */
function contract(name: string, url: string): void {
  describe(`the store on ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await ownStore(url);
    });
    afterAll(() => store.close());

    it('answers and may be migrated twice', async () => {
      expect(await store.ping()).toBe(true);
      await store.migrate();
    });

    it('works out through the disk what does not fit the memory of a query', async () => {
      const database = new Database({ url, database: 'default' });
      const sql = `SELECT sum(n) AS numbers, count() AS groups FROM (
        SELECT toString(number) AS key, uniqExact(number) AS n FROM numbers({n:UInt64}) GROUP BY key)`;
      const rows = await database.rows(sql, { n: 1_000_000 }, { memoryBytes: 100_000_000, seconds: 60 });
      expect(rows).toEqual([{ numbers: 1_000_000, groups: 1_000_000 }]);
      await database.close();
    });

    it('gives a row back as it came', async () => {
      const awkward = measurementRow({
        id: 'awkward',
        source: 'round-trip',
        country: null,
        asn: null,
        asnName: `O'Brien \\ "Net" \t\n=1+1 Ünï 💡`,
        control: null,
        family: null,
        class: 'blocked',
        targetRateBps: null,
        ratio: null,
        deep: true,
        arms: JSON.stringify([{ arm: 'A', curve: [[0.5, 1]] }]),
      });
      const swap = measurementRow({
        id: 'swap',
        source: 'round-trip',
        kind: 'swap',
        class: null,
        gain: -0.25,
        controlRateBps: 9_000_000_000,
      });
      await store.measurements.insert([awkward, swap]);
      const { data } = await store.measurements.list({ source: 'round-trip' }, { limit: 10 });
      expect(data).toEqual([swap, awkward]);
    });

    it('stores an id once: in one batch, in a later one, in concurrent ones', async () => {
      const rows = Array.from({ length: 50 }, (_, i) => measurementRow({ id: `once-${i}`, source: 'once' }));
      const twice = [...rows, ...rows.slice(0, 10)];
      expect(await store.measurements.insert(twice)).toEqual({ inserted: 50, duplicates: 10 });
      const changed = rows.map((row) => ({ ...row, measuredAt: at(999), target: 'other' }));
      expect(await store.measurements.insert(changed)).toEqual({ inserted: 0, duplicates: 50 });
      const fresh = [measurementRow({ id: 'fresh', source: 'once' })];
      const results = await Promise.all([1, 2, 3, 4].map(() => store.measurements.insert(fresh)));
      expect(results.map(({ inserted }) => inserted).sort()).toEqual([0, 0, 0, 1]);
      const { data } = await store.measurements.list({ source: 'once' }, { limit: 1000 });
      expect(data).toHaveLength(51);
    });

    it('knows which ids are stored, among thousands', async () => {
      const ids = Array.from({ length: 2500 }, (_, i) => `known-${i}-'\\`);
      await store.measurements.insert(ids.map((id) => measurementRow({ id, source: 'known' })));
      const found = await store.measurements.storedIds([...ids, 'unknown'], 'known');
      expect(found).toEqual(new Set(ids));
      expect(await store.measurements.storedIds([], 'known')).toEqual(new Set());
    });

    it('takes the same id from two sources for two rows', async () => {
      const rows = ['here', 'there'].map((source) => measurementRow({ id: 'same', source }));
      expect(await store.measurements.insert(rows)).toEqual({ inserted: 2, duplicates: 0 });
      expect(await store.measurements.insert(rows)).toEqual({ inserted: 0, duplicates: 2 });
      expect(await store.measurements.storedIds(['same'], 'elsewhere')).toEqual(new Set());
    });

    it('stores a history of many years in one insert', async () => {
      const months = Array.from({ length: 240 }, (_, i) => new Date(Date.UTC(2001, i)).toISOString());
      const rows = months.map((measuredAt, i) =>
        measurementRow({ id: `month-${i}`, source: 'years', measuredAt }),
      );
      expect(await store.measurements.insert(rows)).toEqual({ inserted: 240, duplicates: 0 });
    });

    it('lists newest first, page by page, each row once', async () => {
      const rows = Array.from({ length: 25 }, (_, i) =>
        measurementRow({ id: `page-${String(i).padStart(2, '0')}`, source: 'pages', measuredAt: at(i >> 2) }),
      );
      await store.measurements.insert(rows);
      const seen: MeasurementRow[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<Store['measurements']['list']>> = await store.measurements.list(
          { source: 'pages' },
          { limit: 4, cursor },
        );
        seen.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).reverse());
    });

    it.each([
      '',
      'x',
      '!!',
      'eyJh',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('[1,{"a":1}]').toString('base64url'),
      'A'.repeat(5000),
    ])('refuses the cursor %j that it did not make', async (cursor) => {
      const answer = store.measurements.list({}, { limit: 4, cursor });
      if (cursor === '') await expect(answer).resolves.toBeDefined();
      else await expect(answer).rejects.toMatchObject({ name: 'InvalidCursorError' });
    });

    it('filters by place, target, kind and time (since inclusive, until exclusive)', async () => {
      const source = 'filters';
      await store.measurements.insert([
        measurementRow({ id: 'f1', source, country: 'RU', asn: 12_389, measuredAt: at(0) }),
        measurementRow({ id: 'f2', source, country: null, asn: 12_389, measuredAt: at(1) }),
        measurementRow({
          id: 'f3',
          source,
          country: 'RU',
          asn: null,
          family: 6,
          target: 'tubes',
          measuredAt: at(2),
        }),
        measurementRow({
          id: 'f4',
          source,
          country: 'KZ',
          kind: 'swap',
          direction: 'upload',
          gain: 0,
          measuredAt: at(3),
        }),
      ]);
      const ids = async (filter: Parameters<Store['measurements']['list']>[0]) =>
        (await store.measurements.list({ source, ...filter }, { limit: 10 })).data.map(({ id }) => id);
      expect(await ids({ country: 'RU' })).toEqual(['f3', 'f1']);
      expect(await ids({ country: null })).toEqual(['f2']);
      expect(await ids({ asn: 12_389 })).toEqual(['f2', 'f1']);
      expect(await ids({ target: 'tubes' })).toEqual(['f3']);
      expect(await ids({ kind: 'swap' })).toEqual(['f4']);
      expect(await ids({ direction: 'upload' })).toEqual(['f4']);
      expect(await ids({ family: 6 })).toEqual(['f3']);
      expect(await ids({ since: at(1), until: at(3) })).toEqual(['f3', 'f2']);
      expect(await ids({ country: "RU' OR 1=1 --" })).toEqual([]);
    });

    it('makes units of the first valid test of each subnet, network and period', async () => {
      const source = 'units';
      const test = (id: string, minutes: number, change: Partial<MeasurementRow> = {}) =>
        measurementRow({ id, source, measuredAt: at(minutes), ...change });
      await store.measurements.insert([
        test('b', 1, { class: 'normal', targetRateBps: 5 }),
        test('a', 1, { class: 'slow', targetRateBps: null, country: null }),
        test('invalid', 0, { class: null, invalidReason: 'slow-line' }),
        test('doubted', 0, { class: 'slow', invalidReason: 'probation' }),
        test('c', 29, { class: 'normal' }),
        test('next', 31, { class: 'stalled' }),
        test('elsewhere', 5, { subnet: 's2', asn: null, class: 'blocked', controlRateBps: null }),
        test('same-subnet-other-asn', 6, { asn: 64_497 }),
        test('up', 2, { direction: 'upload' }),
        test('swap', 2, { kind: 'swap', direction: 'upload', gain: 1 }),
        test('other-target', 2, { target: 'tubes' }),
      ]);
      const units = await store.units.units({
        source,
        target: 'chirper',
        since: START,
        until: START + 60 * MINUTE,
        periodMs: PERIOD,
      });
      expect(units).toEqual([
        {
          id: 'a',
          measuredAt: START + MINUTE,
          period: START / PERIOD,
          country: null,
          asn: 64_496,
          subnet: 's1',
          owner: 'o1',
          slow: true,
          stalled: false,
          blocked: false,
          targetRateBps: null,
          controlRateBps: 21_000_000,
          tests: 3,
        },
        expect.objectContaining({
          id: 'elsewhere',
          asn: null,
          blocked: true,
          controlRateBps: null,
          tests: 1,
        }),
        expect.objectContaining({ id: 'same-subnet-other-asn', slow: false }),
        expect.objectContaining({ id: 'next', stalled: true, period: START / PERIOD + 1 }),
      ]);
      const pairs = await store.units.swapPairs({
        source,
        target: 'chirper',
        since: START,
        until: at(60),
        periodMs: PERIOD,
      });
      expect(pairs).toEqual([
        {
          id: 'swap',
          measuredAt: START + 2 * MINUTE,
          period: START / PERIOD,
          country: 'DE',
          asn: 64_496,
          subnet: 's1',
          owner: 'o1',
          direction: 'upload',
          gain: 1,
          mechanism: null,
        },
      ]);
      expect(await store.units.asnNames({ source, target: 'chirper' })).toEqual(
        new Map([
          [64_496, 'Example Telecom'],
          [64_497, 'Example Telecom'],
        ]),
      );
      expect(await store.measurements.targets()).toEqual(
        expect.arrayContaining([
          { source, target: 'chirper' },
          { source, target: 'tubes' },
        ]),
      );
    });

    it('draws a series with medians, quartiles and the slow share', async () => {
      const source = 'series';
      await store.measurements.insert(
        [100, 200, 300, 400, null].map((rate, i) =>
          measurementRow({
            id: `series-${i}`,
            source,
            measuredAt: at(i),
            targetRateBps: rate,
            class: i < 2 ? 'slow' : 'normal',
          }),
        ),
      );
      const filter = { source, target: 'chirper', since: at(0), until: at(90), stepMs: PERIOD };
      expect(await store.measurements.series(filter)).toEqual([
        {
          at: at(0),
          tests: 5,
          slowShare: 0.4,
          targetMedianBps: 300,
          targetP25Bps: 200,
          targetP75Bps: 400,
          controlMedianBps: 21_000_000,
          controlP25Bps: 21_000_000,
          controlP75Bps: 21_000_000,
        },
      ]);
      expect(await store.measurements.series({ ...filter, country: 'XX' })).toEqual([]);
    });

    it('says null where nothing came at all', async () => {
      const source = 'nothing';
      await store.measurements.insert([measurementRow({ id: 'nothing', source, targetRateBps: null })]);
      const [point] = await store.measurements.series({
        source,
        target: 'chirper',
        since: at(0),
        until: at(9),
        stepMs: PERIOD,
      });
      expect(point).toMatchObject({ tests: 1, targetMedianBps: null, targetP25Bps: null });
    });

    it('keeps the newest version of a cell', async () => {
      const cell = (change: Partial<Cell>): Cell => ({ ...CELL, ...change });
      await store.cells.save([cell({}), cell({ asn: 64_496 }), cell({ country: null, asn: 64_497 })]);
      await store.cells.save([cell({ state: 'throttled' })]);
      const all = await store.cells.list({ source: 'network' }, { limit: 2 });
      expect(all.data.map(({ country, asn, state }) => [country, asn, state])).toEqual([
        [null, 64_497, 'normal'],
        ['DE', null, 'throttled'],
      ]);
      const rest = await store.cells.list({ source: 'network' }, { limit: 2, cursor: all.nextCursor });
      expect(rest).toEqual({ data: [cell({ asn: 64_496 })], nextCursor: null });
      expect((await store.cells.list({ asn: null }, { limit: 9 })).data).toHaveLength(1);
      expect((await store.cells.list({ country: null }, { limit: 9 })).data).toHaveLength(1);
      expect((await store.cells.list({ state: 'throttled' }, { limit: 9 })).data).toHaveLength(1);
    });

    it('keeps incidents by id and their transitions for ever', async () => {
      const one = sampleIncident({ id: 'i1', asns: [] });
      const two = sampleIncident({ id: 'i2', country: 'KZ', onsetAt: at(100), detectedAt: at(200) });
      await store.incidents.save([one, two]);
      const resolved: typeof two = {
        ...two,
        status: 'resolved',
        resolvedAt: at(300),
        resolvedReason: 'lifted',
      };
      await store.incidents.save([resolved]);
      expect(await store.incidents.get('i2')).toEqual(resolved);
      expect(await store.incidents.get('i3')).toBeNull();
      expect(await store.incidents.open(one.source, one.target)).toEqual([one]);
      const ids = async (filter: Parameters<Store['incidents']['list']>[0]) =>
        (await store.incidents.list(filter, { limit: 9 })).data.map(({ id }) => id);
      expect(await ids({})).toEqual(['i2', 'i1']);
      expect(await ids({ asn: 64_500 })).toEqual(['i2']);
      expect(await ids({ status: 'resolved' })).toEqual(['i2']);
      expect(await ids({ since: at(301) })).toEqual(['i1']);
      expect(await ids({ until: at(50) })).toEqual(['i1']);

      const event = { incidentId: 'i1', reason: 'because', incident: one };
      const detected = { ...event, id: 'e1', type: 'detected' as const, at: at(1) };
      const updated = { ...event, id: 'e2', type: 'updated' as const, at: at(2) };
      await store.incidents.append([updated]);
      await store.incidents.append([detected, updated]);
      expect(await store.incidents.events({ incidentId: 'i1' })).toEqual([detected, updated]);
    });
  });
}

const CELL: Cell = {
  source: 'network',
  historical: false,
  country: 'DE',
  asn: null,
  asnName: null,
  target: 'chirper',
  state: 'normal',
  reason: 'nothing to see',
  judgedAt: at(0),
  lastUnitAt: null,
  tests: 1,
  units: 1,
  subnets: 1,
  owners: 1,
  slowShare: 0,
  targetRateBps: 1,
  controlRateBps: 1,
  logR: null,
  logA: 17,
  p0: null,
  incidentId: null,
};

contract('chDB', inject('clickhouseUrl'));
// A ClickHouse server of the developer's own is an extra, not a capability that a machine lacks.
if (process.env.CLICKHOUSE_URL) contract('a ClickHouse server', process.env.CLICKHOUSE_URL);
