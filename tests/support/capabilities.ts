import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chdbVersion } from '@brakelight/coordinator/launcher/chdb';
import { fetchDebianPackage } from '@brakelight/coordinator/launcher/debian-package';
import { findExecutable } from '@brakelight/coordinator/launcher/executable';
import { findRedis } from '@brakelight/coordinator/launcher/redis';
import type { Logger } from 'pino';

const run = promisify(execFile);

/** One thing that tests need and a machine may lack. */
export interface Capability {
  readonly name: string;
  readonly state: 'found' | 'fetched' | 'missing' | 'not needed';
  /** Where it is, or why it is not. */
  readonly detail: string;
  readonly program: Program | null;
}

/** A program and the environment it needs. */
export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly aliases?: readonly string[] | undefined;
}

/** A tool of Debian's: its name on PATH, and where its package has it. */
interface Tool {
  readonly name: string;
  readonly commands: readonly string[];
  readonly packages: readonly string[];
  readonly inPackage: string;
  /** Further names that the same program answers to. */
  readonly aliases?: readonly string[];
  /** What a fetched one needs to find its own files. */
  readonly environment?: (root: string) => Record<string, string>;
}

const NFT: Tool = { name: 'nft', commands: ['nft'], packages: ['nftables'], inPackage: 'usr/sbin/nft' };
const IP: Tool = { name: 'ip', commands: ['ip'], packages: ['iproute2'], inPackage: 'bin/ip' };
const IPTABLES: Tool = {
  name: 'iptables',
  commands: ['iptables-nft', 'iptables'],
  packages: ['iptables'],
  inPackage: 'usr/sbin/xtables-nft-multi',
  aliases: ['ip6tables'],
  environment: (root) => ({ XTABLES_LIBDIR: join(root, 'usr/lib', triplet(), 'xtables') }),
};
const CHROMIUM: Tool = {
  name: 'chromium',
  commands: ['chromium', 'chromium-browser', 'google-chrome'],
  packages: ['chromium', 'fonts-dejavu-core'],
  inPackage: 'usr/lib/chromium/chromium',
  // Fontconfig's own file knows `$XDG_DATA_HOME/fonts`, but not a `/usr/share/fonts` that lies elsewhere.
  environment: (root) => ({
    FONTCONFIG_PATH: join(root, 'etc/fonts'),
    XDG_DATA_HOME: join(root, 'usr/share'),
  }),
};

/** What network namespaces must be able to do for the kernel bench. */
const NAMESPACE_TRIAL = [
  'mount -t tmpfs none /run',
  'ip link add v0 type veth peer name v1',
  'nft add table inet x',
  'iptables -t mangle -A FORWARD -p tcp -m string --algo bm --string a -j CONNMARK --set-mark 1',
].join(' && ');

/** The capabilities of this machine, after everything that can be fetched has been. */
export interface Capabilities {
  readonly table: readonly Capability[];
  readonly hasNamespaces: boolean;
  readonly toolEnv: Record<string, string>;
  readonly chromium: Program | null;
}

/**
 * Looks for everything, fetches what is missing.
 * @param options.linksDir a folder that lives as long as the tests, for links to the tools
 * @param options.browser whether tests of this run need a browser, which is big to fetch
 */
export async function findCapabilities(options: {
  cacheDir: string;
  linksDir: string;
  browser: boolean;
  logger: Logger;
}): Promise<Capabilities> {
  const redis = await redisCapability(options.cacheDir, options.logger);
  const tools = [];
  for (const tool of [IP, NFT, IPTABLES]) tools.push(await toolCapability(tool, options));
  const toolEnv = await environmentOf(tools, options.linksDir);
  const namespaces = await namespaceCapability(toolEnv);
  const chromium = options.browser
    ? await toolCapability(CHROMIUM, options)
    : absent('chromium', 'not needed', 'no browser test in this run');
  return {
    table: [redis, chdbCapability(), namespaces, ...tools, chromium],
    hasNamespaces: namespaces.state === 'found',
    toolEnv,
    chromium: chromium.program,
  };
}

/** The table, as it is printed before the first test. */
export function formatCapabilities(table: readonly Capability[]): string {
  const width = Math.max(...table.map(({ name }) => name.length));
  const rows = table.map(
    ({ name, state, detail }) => `  ${name.padEnd(width)}  ${state.padEnd(10)}  ${detail}`,
  );
  return ['', 'Capabilities of this machine', ...rows, ''].join('\n');
}

async function redisCapability(cacheDir: string, logger: Logger): Promise<Capability> {
  try {
    const { path, env, how } = await findRedis(cacheDir, logger);
    return {
      name: 'redis',
      state: how.includes('fetched') ? 'fetched' : 'found',
      detail: how,
      program: { path, env },
    };
  } catch (error) {
    return absent('redis', 'missing', (error as Error).message);
  }
}

function chdbCapability(): Capability {
  const version = chdbVersion();
  if (version === null) return absent('chdb', 'missing', 'the optional package chdb is not installed');
  return { name: 'chdb', state: 'found', detail: `chdb ${version}`, program: null };
}

async function toolCapability(
  tool: Tool,
  options: { cacheDir: string; logger: Logger },
): Promise<Capability> {
  const { name, commands, packages, inPackage, aliases } = tool;
  const installed = findExecutable(commands, { system: true });
  if (installed !== null)
    return { name, state: 'found', detail: installed, program: { path: installed, env: {}, aliases } };
  try {
    const fetched = await fetchDebianPackage({ name, packages, ...options });
    const path = join(fetched.root, inPackage);
    const env = { ...fetched.env, ...tool.environment?.(fetched.root) };
    return { name, state: 'fetched', detail: path, program: { path, env, aliases } };
  } catch (error) {
    return absent(name, 'missing', (error as Error).message);
  }
}

async function namespaceCapability(toolEnv: Record<string, string>): Promise<Capability> {
  const name = 'network namespaces';
  try {
    await run('unshare', ['-Urnm', 'sh', '-c', NAMESPACE_TRIAL], {
      env: { ...process.env, ...toolEnv, XTABLES_LOCKFILE: '/run/xt.lock' },
      timeout: 20_000,
    });
    return { name, state: 'found', detail: 'unprivileged, with veth, nft and string match', program: null };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return absent(name, 'missing', (stderr || message).trim().split('\n')[0] ?? 'unknown');
  }
}

/** One PATH for all tools; a folder of links gives fetched ones the names that the distribution's set-up would. */
async function environmentOf(tools: readonly Capability[], folder: string): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true });
  const env: Record<string, string> = {};
  for (const { name, program } of tools) {
    if (program === null) continue;
    for (const link of [name, ...(program.aliases ?? [])]) await symlink(program.path, join(folder, link));
    for (const [key, value] of Object.entries(program.env)) {
      env[key] = key === 'LD_LIBRARY_PATH' && env[key] ? `${env[key]}:${value}` : value;
    }
  }
  env.PATH = [folder, process.env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);
  return env;
}

function absent(name: string, state: 'missing' | 'not needed', detail: string): Capability {
  return { name, state, detail, program: null };
}

/** Debian's name of this architecture in library folders. */
function triplet(): string {
  return process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
}
