import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Incident } from '@brakelight/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Receiver } from '../alerts/receiver.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { importInto } from './command.js';
import { CoordinatorProcess } from './coordinator-process.js';
import { HEADER, line } from './rows.js';

const DAYS = 12;
const SUBNETS = 12;
const COUNTRIES = ['RU', 'DE', 'KZ', 'NL'];

/** Twelve days of four countries, of which one is slow from the fourth day on. */
async function history(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'made-up'));
  for (let day = 1; day <= DAYS; day++) {
    const rows = COUNTRIES.flatMap((country, c) =>
      Array.from({ length: SUBNETS }, (_, subnet) =>
        line({
          at: `2021-03-${String(day).padStart(2, '0')} 12:${String(subnet * 5).padStart(2, '0')}:00 UTC`,
          address: `198.51.${c * 50 + subnet}.0`,
          asn: String(64496 + c * 2 + (subnet % 2)),
          country,
          target: country === 'RU' && day > 3 ? String(105 + subnet) : String(15_000 + subnet),
        }),
      ),
    );
    await writeFile(join(folder, 'made-up', `${day}.csv`), [HEADER, ...rows].join('\n'));
  }
  return folder;
}

/** A coordinator, and a receiver that subscribed to everything. */
async function listened(): Promise<{ coordinator: CoordinatorProcess; receiver: Receiver }> {
  const receiver = await Receiver.start();
  onTestFinished(() => receiver.close());
  const coordinator = await CoordinatorProcess.start({ WEBHOOK_ALLOW_CIDR: '127.0.0.0/8' });
  const answer = await coordinator.ask('/v1/webhooks', { url: receiver.url });
  expect(answer.status).toBe(201);
  receiver.secret = ((await answer.json()) as { secret: string }).secret;
  return { coordinator, receiver };
}

async function incidentsOf(coordinator: CoordinatorProcess): Promise<Incident[]> {
  const answer = await coordinator.ask('/v1/incidents?source=4ndv');
  return ((await answer.json()) as { data: Incident[] }).data;
}

describe('an imported history', () => {
  it('is judged at its own time, marked as historical, and told to nobody', {
    timeout: 400_000,
  }, async () => {
    const { coordinator, receiver } = await listened();
    const folder = await history();
    const summary = await importInto(folder, { DATA_DIR: coordinator.dataDir });
    expect(summary).toMatchObject({ new: DAYS * SUBNETS * COUNTRIES.length, judged: true });
    const incidents = await incidentsOf(coordinator);
    expect(incidents).toMatchObject([{ country: 'RU', target: 'twitter', source: '4ndv', historical: true }]);
    expect(incidents[0]?.detectedAt).toMatch(/^2021-03-/);
    await importInto(folder, { DATA_DIR: coordinator.dataDir });
    expect(await incidentsOf(coordinator)).toEqual(incidents);
    expect(receiver.received).toEqual([]);
    expect(receiver.refused).toEqual([]);
  });

  it('is told with --notify', { timeout: 400_000 }, async () => {
    const { coordinator, receiver } = await listened();
    await importInto(await history(), { DATA_DIR: coordinator.dataDir }, '--notify');
    const { message } = await until('the receiver is told', () => receiver.accepted[0]);
    expect(message.type).toBe('throttling.detected');
    expect(message.data.incident).toMatchObject({ country: 'RU', source: '4ndv', historical: true });
    expect(receiver.refused).toEqual([]);
  });
});
