import { fileURLToPath } from 'node:url';
import { Incident } from '@brakelight/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../support/until.js';
import { isOpen, Watched } from './support/leftovers.js';
import { Program } from './support/program.js';

const DEMO = fileURLToPath(new URL('../../deploy/dist/demo/main.js', import.meta.url));
/** Busy cores, and a Redis that may have to be fetched. */
const STORY_MS = 900_000;
const START_MS = 300_000;
const GONE_MS = 60_000;

/** The last line of `--json`. */
const Report = z.object({
  onsetAt: z.iso.datetime(),
  detectedAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime(),
  webhooksVerified: z.looseObject({ detected: z.int(), resolved: z.int() }),
  falseIncidents: z.int(),
  measurements: z.int(),
  engines: z.object({ redis: z.string(), store: z.string() }),
  incident: Incident,
});

describe.runIf(Watched.possible)('the demo', () => {
  let place: Watched;

  beforeEach(async () => {
    place = await Watched.open();
  });
  afterEach(async () => {
    await place.close();
  });

  const start = (...args: string[]): Program => Program.start([process.execPath, DEMO, ...args], place);

  /** Runs until everything is in place and the story has begun; returns the address of the page. */
  async function begun(demo: Program): Promise<string> {
    const [, page = ''] = await demo.said(/the page: (http:\S+)/, START_MS);
    await demo.said(/Ordinary life/, START_MS);
    expect(await isOpen(page)).toBe(true);
    return page;
  }

  it(
    'tells its story, and leaves nothing',
    async () => {
      const demo = start('--once', '--json', '--seed', 'a test of the demo');
      const page = await begun(demo);
      const { code, stdout, stderr } = await demo.ended;
      expect(code, stderr.slice(-3000)).toBe(0);
      expect(stdout.trimEnd().split('\n')).toHaveLength(1);
      const report = Report.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
      expect(report).toMatchObject({ webhooksVerified: { detected: 1, resolved: 1 }, falseIncidents: 0 });
      expect(report.incident).toMatchObject({ status: 'resolved', resolvedReason: 'lifted', kind: 'slow' });
      expect(report.onsetAt < report.detectedAt && report.detectedAt < report.resolvedAt).toBe(true);
      expect(report.measurements).toBeGreaterThan(100);
      expect(report.engines.redis).toMatch(/redis|valkey/i);
      expect(report.engines.store).toMatch(/chdb/i);
      expect(place.processes()).toEqual([]);
      expect(await place.files()).toEqual([]);
      expect(await isOpen(page)).toBe(false);
    },
    STORY_MS,
  );

  it(
    'leaves nothing when it is interrupted in the middle',
    async () => {
      const demo = start('--seed', 'interrupted');
      const page = await begun(demo);
      expect(place.processes().length).toBeGreaterThan(15);
      demo.signalGroup('SIGINT');
      const { code } = await demo.ended;
      expect(code).not.toBe(0);
      expect(code).not.toBeNull();
      expect(place.processes()).toEqual([]);
      expect(await place.files()).toEqual([]);
      expect(await isOpen(page)).toBe(false);
    },
    STORY_MS,
  );

  it(
    'leaves no process when it is killed',
    async () => {
      const demo = start('--seed', 'killed');
      const page = await begun(demo);
      demo.signal('SIGKILL');
      await demo.ended;
      await until('all processes are gone', () => place.processes().length === 0, GONE_MS, 250);
      expect(await isOpen(page)).toBe(false);
    },
    STORY_MS,
  );
});
