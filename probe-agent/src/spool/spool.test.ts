import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unmeasured } from '../loop/unmeasured.js';
import { Spool } from './spool.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brakelight-'));
});
afterEach(() => rm(folder, { recursive: true }));

const result = (at = '2026-11-01T00:00:00.000Z') => {
  const drawn: DrawnTest = {
    id: ulid(),
    ticket: 't',
    kind: 'platform',
    target: 'platform',
    control: 'control',
    deep: false,
    family: 4,
    arms: (['A', 'B'] as const).map((arm) => ({
      arm,
      direction: 'download',
      url: 'https://platform.example.org/',
      connect: null,
      trust: { kind: 'web' },
      ladder: [96_000],
      ask: 'range',
    })),
    drawnAt: at,
  };
  return unmeasured(drawn, 'budget', at, '1.0.0');
};

describe('Spool', () => {
  it('is there again after a restart, oldest first', async () => {
    const { spool } = await Spool.open(folder, 1e6);
    const young = result('2026-11-02T00:00:00.000Z');
    const old = result('2026-11-01T00:00:00.000Z');
    await spool.add(young);
    await spool.add(old);
    const again = await Spool.open(folder, 1e6);
    expect(again.damaged).toEqual([]);
    expect(again.spool.entries().map((e) => e.id)).toEqual([old.id, young.id]);
    expect(await again.spool.read(old.id)).toEqual(old);
    expect(again.spool.bytes).toBe(spool.bytes);
  });

  it('keeps the first result of an id', async () => {
    const { spool } = await Spool.open(folder, 1e6);
    const first = result();
    await spool.add(first);
    await spool.add({ ...first, target: 'other' });
    expect(spool.size).toBe(1);
    expect((await spool.read(first.id))?.target).toBe('platform');
  });

  it('sweeps what was half written and says what is damaged', async () => {
    const { id } = result();
    await writeFile(join(folder, `${ulid()}.json.aabbccddeeff.tmp`), '{"half":');
    await writeFile(join(folder, `${id}.json`), '{"not":"a result"}');
    const { spool, damaged } = await Spool.open(folder, 1e6);
    expect(spool.size).toBe(0);
    expect(damaged).toEqual([{ id, reason: expect.stringContaining('damaged') }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says when it is full and throws nothing away', async () => {
    const { spool } = await Spool.open(folder, 10);
    expect(spool.full).toBe(false);
    await spool.add(result());
    expect(spool.full).toBe(true);
    expect(spool.size).toBe(1);
    await spool.remove(spool.entries().map((e) => e.id));
    expect(spool.full).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });
});
