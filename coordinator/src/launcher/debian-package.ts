import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { findExecutable } from './executable.js';
import { LauncherError } from './launcher-error.js';
import { acquireLock } from './lock.js';

const run = promisify(execFile);

/** Of the C library nothing may be mixed: it belongs to the system's own loader. */
const NEVER_UNPACKED = /^(libc6|libc-bin|libc-l10n|locales)$/;

/** A package and the libraries it lacked, unpacked in the cache. */
export interface FetchedPackage {
  /** Folder that stands for `/`. */
  readonly root: string;
  /** Name and version of everything in it. */
  readonly contents: readonly string[];
  /** What its programs need in their environment: `LD_LIBRARY_PATH` where libraries came along. */
  readonly env: Readonly<Record<string, string>>;
}

/** Whether this machine is one whose packages can be fetched. */
export function canFetchDebianPackages(): boolean {
  return findExecutable(['apt-get']) !== null && findExecutable(['dpkg-deb']) !== null;
}

/**
 * Fetches packages of this machine's Debian or Ubuntu without root and without installing them: own package lists,
 * `apt-get download` (signatures checked as always), `dpkg-deb -x` into the cache. Brings the libraries that are not
 * installed. Safe to call from several processes at once; what is in the cache is always whole.
 * @param name name of the folder in the cache
 * @param packages names as Debian knows them
 * @throws LauncherError when this is no such machine, or the packages cannot be had
 */
export async function fetchDebianPackage(options: {
  name: string;
  packages: readonly string[];
  cacheDir: string;
  logger: Logger;
}): Promise<FetchedPackage> {
  const { name, packages, cacheDir, logger } = options;
  if (!canFetchDebianPackages()) {
    throw new LauncherError(`${name} cannot be fetched: this machine has no apt-get and dpkg-deb.`);
  }
  const target = join(cacheDir, 'packages', `${name}-${await release()}`);
  const cached = await readFetched(target);
  if (cached !== null) return cached;

  const lock = await acquireLock(join(cacheDir, 'packages.lock'), 900_000);
  try {
    const meanwhile = await readFetched(target);
    if (meanwhile !== null) return meanwhile;
    await removeHalfFinished(join(cacheDir, 'packages'));
    return await fetchInto(target, options);
  } catch (error) {
    if (error instanceof LauncherError) throw error;
    const stderr = (error as { stderr?: string }).stderr ?? (error as Error).message;
    const reason =
      stderr.split('\n').find((line) => /^(E|W):/.test(line)) ?? stderr.trim().split('\n').at(-1);
    logger.debug({ stderr }, `fetching ${name} failed`);
    throw new LauncherError(
      `${packages.join(' and ')} could not be fetched from the distribution's packages (${reason ?? 'no reason given'}).`,
    );
  } finally {
    await lock.release();
  }
}

/** Downloads and unpacks beside the target, then renames: a half-finished fetch never has the target's name. */
async function fetchInto(
  target: string,
  { name, packages, cacheDir, logger }: Parameters<typeof fetchDebianPackage>[0],
): Promise<FetchedPackage> {
  const work = join(cacheDir, 'packages', `.unfinished-${process.pid}-${randomBytes(4).toString('hex')}`);
  const archives = join(work, 'archives');
  const root = join(work, 'root');
  await mkdir(archives, { recursive: true });
  await mkdir(root, { recursive: true });
  try {
    const apt = await aptOptions(cacheDir);
    logger.info(`fetching ${name}: reading the distribution's package lists`);
    // A failing mirror or hook need not stop us: whether the lists are good enough, the next step tells.
    await runApt([...apt, 'update'], archives).catch((error: { stderr?: string }) =>
      logger.debug({ stderr: error.stderr }, 'apt-get update complained'),
    );
    const wanted = await missingPackages(apt, packages, archives);
    logger.info(`fetching ${name}: downloading ${wanted.length} packages`);
    await runApt([...apt, 'download', ...wanted], archives);
    const files = (await readdir(archives)).filter((file) => file.endsWith('.deb'));
    for (const file of files) await run('dpkg-deb', ['-x', join(archives, file), root]);
    await rm(archives, { recursive: true });
    await writeFile(join(work, 'contents.json'), JSON.stringify(wanted));
    await rm(target, { recursive: true, force: true });
    await rename(work, target);
    logger.info(`fetching ${name}: done`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const fetched = await readFetched(target);
  if (fetched === null) throw new LauncherError(`${name} was fetched but is not in ${target}.`);
  return fetched;
}

/** `name:arch=version` of the packages and of every dependency that is not installed, as apt itself resolves them. */
async function missingPackages(apt: string[], packages: readonly string[], cwd: string): Promise<string[]> {
  const args = [...apt, '--simulate', '--reinstall', '--no-install-recommends', 'install', ...packages];
  const { stdout } = await runApt(args, cwd);
  const lines = stdout.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+) .*\[([a-z0-9]+)\]\)/gm);
  return [...lines]
    .map(([, name = '', version = '', arch = '']) => ({ name: name.split(':')[0] ?? '', version, arch }))
    .filter(({ name }) => !NEVER_UNPACKED.test(name))
    .map(({ name, version, arch }) => (arch === 'all' ? `${name}=${version}` : `${name}:${arch}=${version}`));
}

/** Options that keep apt inside our own folder and away from the system's locks. */
async function aptOptions(cacheDir: string): Promise<string[]> {
  const lists = join(cacheDir, 'apt', 'lists');
  const cache = join(cacheDir, 'apt', 'cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const settings = {
    'Dir::State::lists': lists,
    'Dir::Cache': cache,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Debug::NoLocking': 'true',
    // As root apt would hand its work to a user who cannot write here.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
  };
  return ['-qq', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
}

/** Runs apt-get in its own language; it ends with us, so that it does not write into a folder that was given up. */
function runApt(args: string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const setpriv = findExecutable(['setpriv']);
  const [file, ...all] =
    setpriv === null ? ['apt-get', ...args] : [setpriv, '--pdeathsig', 'KILL', '--', 'apt-get', ...args];
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return run(file ?? '', all, { cwd, env, timeout: 600_000, maxBuffer: 16 * 1024 * 1024, encoding: 'utf8' });
}

/** Packages of one release are no use to another: part of the folder's name, e.g. `debian-12-x64`. */
async function release(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (key: string) => new RegExp(`^${key}="?([\\w.-]+)"?$`, 'm').exec(text)?.[1] ?? 'unknown';
  return `${field('ID')}-${field('VERSION_ID')}-${process.arch}`;
}

async function readFetched(target: string): Promise<FetchedPackage | null> {
  const contents = await readFile(join(target, 'contents.json'), 'utf8').catch(() => null);
  if (contents === null) return null;
  const root = join(target, 'root');
  const folders = await libraryFolders(root);
  return {
    root,
    contents: JSON.parse(contents) as string[],
    env:
      folders.length === 0
        ? {}
        : { LD_LIBRARY_PATH: [...folders, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') },
  };
}

/** Folders with shared libraries: `lib`, `usr/lib`, their multiarch folders and those directly below. */
async function libraryFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (entries.some((entry) => /^lib.*\.so(\.|$)/.test(entry.name))) found.push(folder);
    if (depth === 0) return;
    for (const entry of entries) if (entry.isDirectory()) await visit(join(folder, entry.name), depth - 1);
  };
  for (const base of ['lib', 'usr/lib']) if (existsSync(join(root, base))) await visit(join(root, base), 2);
  return found;
}

/** Left behind by a process that was killed; nobody else works here while we hold the lock. */
async function removeHalfFinished(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  for (const entry of entries) {
    if (entry.startsWith('.unfinished-')) await rm(join(folder, entry), { recursive: true, force: true });
  }
}
