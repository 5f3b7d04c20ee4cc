import './provided.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '@brakelight/coordinator/launcher/cache-folder';
import { canFetchDebianPackages } from '@brakelight/coordinator/launcher/debian-package';
import { type Engines, startEngines } from '@brakelight/coordinator/launcher/start-engines';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { type Capabilities, findCapabilities, formatCapabilities } from './capabilities.js';

/** What all projects of a run share: one Redis, one chDB, one look at the machine. */
interface Run {
  readonly capabilities: Capabilities;
  readonly engines: Engines;
  readonly cacheDir: string;
  readonly folder: string;
}

// Each project loads this file on its own, so what they share hangs on the process.
const shared = globalThis as { brakelightRun?: { run: Promise<Run>; users: number } };

/** Called once for each project that has tests to run; the first prepares, the last to leave cleans up. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.brakelightRun ??= { run: prepare(needsBrowser(project)), users: 0 };
  const current = shared.brakelightRun;
  current.users += 1;
  const { capabilities, engines, cacheDir } = await current.run;
  project.provide('redisUrl', engines.redisUrl);
  project.provide('clickhouseUrl', engines.clickhouseUrl);
  project.provide('hasNamespaces', capabilities.hasNamespaces);
  project.provide('canFetchPackages', canFetchDebianPackages());
  project.provide('toolEnv', capabilities.toolEnv);
  project.provide('chromium', capabilities.chromium);
  project.provide('cacheDir', cacheDir);
  return async () => {
    current.users -= 1;
    if (current.users > 0) return;
    shared.brakelightRun = undefined;
    await cleanUp(await current.run);
  };
}

/** A whole run, or one that names the browser's tests: a Chromium is too big to fetch for anything else. */
function needsBrowser(project: TestProject): boolean {
  const projects = project.vitest.projects.map(({ name }) => name);
  const named = process.argv.slice(2).filter((argument) => argument.startsWith('tests/'));
  return (
    projects.includes('browser') && (named.length === 0 || named.some((path) => /browser|e2e/.test(path)))
  );
}

async function prepare(browser: boolean): Promise<Run> {
  const logger = pino({ level: process.env.LOG_LEVEL ?? 'info' }, { write: printMessage });
  const folder = await mkdtemp(join(tmpdir(), 'brakelight-tests-'));
  try {
    const cacheDir = await cacheFolder(process.env, join(tmpdir(), `brakelight-cache-${process.getuid?.()}`));
    const linksDir = join(folder, 'tools');
    const capabilities = await findCapabilities({ cacheDir, linksDir, browser, logger });
    console.log(formatCapabilities(capabilities.table));
    const engines = await startEngines({ dataDir: join(folder, 'data'), cacheDir, logger });
    return { capabilities, engines, cacheDir, folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What is being fetched, and an engine that died, are worth a line among the tests; the rest of a log entry is not. */
function printMessage(entry: string): void {
  const { msg } = JSON.parse(entry) as { msg?: string };
  console.log(`  ${msg ?? entry}`);
}

async function cleanUp({ engines, folder }: Run): Promise<void> {
  await engines.close();
  await rm(folder, { recursive: true, force: true });
}
