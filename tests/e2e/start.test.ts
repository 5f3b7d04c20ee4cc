import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { findExecutable } from '@brakelight/coordinator/launcher/executable';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { World } from '../../deploy/dist/testbed/world.js';
import { until } from '../support/until.js';
import { COORDINATOR_MAIN, START_MS, StartedCoordinator } from './support/coordinator.js';
import { Watched } from './support/leftovers.js';
import { Program } from './support/program.js';
import { Volunteer } from './support/volunteer.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Debian always has it; it gives a program a terminal to ask on. */
const hasTerminal = process.platform === 'linux' && findExecutable(['script']) !== null;
const PATIENCE_MS = 120_000;

/** The program of `npm start`, one volunteer, and what may happen to the two: one story, told in order. */
describe('npm start', () => {
  let place: Watched;
  let world: World;
  let dataDir: string;
  let env: Record<string, string>;
  let coordinator: StartedCoordinator;
  let volunteer: Volunteer;

  beforeAll(async () => {
    place = await Watched.open();
    dataDir = join(place.folder, 'data');
    const shape = { countries: 1, asnsPerCountry: 1, agentsPerAsn: 2, failureRate: 0 };
    world = await World.start({ seed: 'start', folder: join(place.folder, 'world'), shape, now: Date.now() });
    const line = world.plan.agents.find((a) => a.character === 'honest')?.line;
    volunteer = new Volunteer(join(place.folder, 'probe'), {
      ...place.env,
      LOCAL_ADDRESS: line?.address ?? '',
      DNS_SERVERS: world.dnsServers,
      NODE_EXTRA_CA_CERTS: world.files.ca,
      TARGET_ALLOW_CIDR: '127.0.0.0/8',
      BUDGET_PER_DAY: '100GB',
      BUDGET_PER_MONTH: '100GB',
    });
    env = {
      ...place.env,
      PORT: String(await freePort()),
      CATALOGUE_FILE: world.files.catalogue,
      NETWORK_DB_CSV: world.files.networkDb,
      TARGET_ALLOW_CIDR: '127.0.0.0/8',
      TEST_INTERVAL: 'PT1S',
    };
    coordinator = await StartedCoordinator.start(dataDir, env);
  });
  afterAll(async () => {
    await volunteer?.stop();
    await coordinator?.program.stop();
    await world?.close();
    await place?.close();
  });

  /** So many more results than now are stored, as the coordinator told the volunteer. */
  const moreStored = (count: number) => {
    const wanted = volunteer.stored.size + count;
    return until('results are stored', () => volunteer.stored.size >= wanted, PATIENCE_MS, 100);
  };

  it('says where it answers, how to open the page, and how a volunteer joins', async () => {
    expect(coordinator.url).toBe(`http://127.0.0.1:${env.PORT}`);
    expect(coordinator.program.stdout).toContain('in a browser');
    expect(coordinator.program.stdout).toMatch(/^ +queue +\S.*\n +store +\S/m);
    const page = await fetch(coordinator.url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await coordinator.api.ready()).toBe(true);
  });

  it('runs a measurement server with the key whose pin it printed, and names it to probes', async () => {
    const [, port = '', towards = '', pin = ''] = await coordinator.program.said(
      /^ +measurement +server on 127\.0\.0\.1:(\d+); name-swap tests are drawn, towards (\S+)\n +pin \(current\) (\S+)$/m,
    );
    expect(towards).toBe(`127.0.0.1:${port}`);
    const socket = connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const spki = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
    socket.destroy();
    expect(
      createHash('sha256')
        .update(spki ?? '')
        .digest('base64'),
    ).toBe(pin);
  });

  it('says which setting to change where its measurement server finds the port taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const second = Program.start([process.execPath, COORDINATOR_MAIN], {
      env: { ...env, DATA_DIR: join(place.folder, 'second'), PORT: '0', MEASUREMENT_PORT: String(port) },
    });
    const { code, stderr } = await second.ended;
    taken.close();
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `Another program listens on port ${port} of 127.0.0.1: stop it, or set MEASUREMENT_PORT to another port, or to off ` +
        'to run no measurement server.',
    );
  });

  it.runIf(hasTerminal)('takes in a volunteer who does exactly what it printed', async () => {
    const [, join = '', run = ''] = await coordinator.program.said(
      /^ +(npx brakelight-probe join .+)\n +(npx brakelight-probe run)$/m,
    );
    const joining = Program.start(['script', '-qefc', join, '/dev/null'], {
      env: volunteer.env,
      cwd: REPOSITORY,
      typed: true,
    });
    await joining.said(/Do you agree to platform tests\?/);
    joining.type('y\n');
    await joining.said(/Do you agree to swap tests\?/);
    joining.type('n\n');
    await joining.said(/Joined http/);
    expect(await joining.ended).toMatchObject({ code: 0 });
    await volunteer.run(`${run} --json`, REPOSITORY);
    await moreStored(3);
  });

  it('loses nothing when it is killed in the middle of work and started again at once', async () => {
    await until('a result is on its way', () => volunteer.waiting.length > 0, PATIENCE_MS);
    await coordinator.kill();
    const before = volunteer.stored.size;
    coordinator = await StartedCoordinator.start(dataDir, env);
    await moreStored(6);
    expect(before).toBeGreaterThan(0);
  });

  it('loses nothing when its Redis is killed, and starts that again', async () => {
    const killed = await coordinator.redisPid();
    await until('a result is on its way', () => volunteer.waiting.length > 0, PATIENCE_MS);
    process.kill(killed, 'SIGKILL');
    await until(
      'another Redis runs',
      async () => (await coordinator.redisPid().catch(() => killed)) !== killed,
      PATIENCE_MS,
      100,
    );
    await coordinator.ready();
    await moreStored(6);
    expect(coordinator.program.running).toBe(true);
  });

  it('has each result once, and the volunteer keeps none back', async () => {
    await volunteer.stop();
    const measured = new Set([...volunteer.measured, ...(await volunteer.once())]);
    expect(await volunteer.spooled()).toEqual([]);
    expect(volunteer.dropped).toEqual([]);
    const ids = await coordinator.storedIds();
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual([...measured].sort());
    expect(await volunteer.status()).toMatchObject({ waitingResults: 0, storedResults: ids.length });
  });

  it('refuses a second one on its data folder in one sentence', async () => {
    const second = Program.start([process.execPath, COORDINATOR_MAIN], {
      env: { ...env, DATA_DIR: dataDir, PORT: String(await freePort()), MEASUREMENT_PORT: '0' },
    });
    const { code, stderr, stdout } = await second.ended;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim()).toBe(
      `The data folder ${dataDir} is in use by process ${coordinator.program.child.pid}: stop that coordinator, or set ` +
        'DATA_DIR to another folder.',
    );
    expect(await coordinator.api.ready()).toBe(true);
  });

  it('says all that is wrong with its configuration at once', async () => {
    const wrong = Program.start([process.execPath, COORDINATOR_MAIN], {
      env: {
        ...place.env,
        DATA_DIR: join(place.folder, 'other'),
        PORT: 'eighty',
        UNIT_PERIOD: '30 minutes',
        ADMIN_KEY: 'changeme',
        TLS_KEY_FILE: '/nowhere/key.pem',
        WEBHOOK_ALLOW_CIDR: '10.0.0.0/33',
      },
    });
    const { code, stderr } = await wrong.ended;
    expect(code).toBe(2);
    for (const name of ['PORT', 'UNIT_PERIOD', 'ADMIN_KEY', 'TLS_KEY_FILE', 'WEBHOOK_ALLOW_CIDR'])
      expect(stderr).toContain(`- ${name}`);
  });

  it.runIf(Watched.possible)(
    'ends when it is told to, and leaves nothing',
    async () => {
      await volunteer.stop();
      expect(await coordinator.program.stop()).toMatchObject({ code: 0 });
      expect(place.processes()).toEqual([]);
      await expect(readFile(join(dataDir, 'lock'))).rejects.toThrow('ENOENT');
      await expect(readFile(join(dataDir, 'coordinator.json'))).rejects.toThrow('ENOENT');
    },
    START_MS,
  );
});
