import { homedir } from 'node:os';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseSize } from './state/size.js';

/** Several settings are wrong; says all of them. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`wrong settings:\n${problems.map((p) => `  ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const Size = z.string().transform((text, ctx) => {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  ctx.addIssue({ code: 'custom', message: `expected a size such as 50MB, got "${text}"` });
  return z.NEVER;
});

const list = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const Cidrs = z
  .string()
  .transform(list)
  .check((ctx) => {
    for (const cidr of ctx.value)
      if (!ipaddr.isValidCIDR(cidr))
        ctx.issues.push({ code: 'custom', message: `"${cidr}" is not a CIDR`, input: cidr });
  });

const DnsServers = z
  .string()
  .transform(list)
  .check((ctx) => {
    for (const server of ctx.value)
      if (!isServer(server))
        ctx.issues.push({
          code: 'custom',
          message: `"${server}" is not an address with an optional port`,
          input: server,
        });
  });

function isServer(text: string): boolean {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text);
  const port = Number(match?.groups?.port ?? 53);
  return (
    ipaddr.IPv6.isValid(text) ||
    (port > 0 && port < 65_536 && ipaddr.isValid(match?.groups?.v6 ?? match?.groups?.v4 ?? ''))
  );
}

const Environment = z.object({
  /** State directory. */
  BRAKELIGHT_HOME: z.string().min(1).optional(),
  XDG_STATE_HOME: z.string().optional(),
  /** Address of the coordinator, where `join` is not told. */
  COORDINATOR: z.url().optional(),
  /** Source address of every connection. */
  LOCAL_ADDRESS: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** Name servers instead of the system's: `address[:port],...`. */
  DNS_SERVERS: DnsServers.optional(),
  /** Private networks that may be measured: test benches only. */
  TARGET_ALLOW_CIDR: Cidrs.optional(),
  BUDGET_PER_TEST: Size.optional(),
  BUDGET_PER_DAY: Size.optional(),
  BUDGET_PER_MONTH: Size.optional(),
  /** Most bytes of results that wait on disk for the coordinator. */
  SPOOL_MAX: Size.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
});

/** What the environment says. */
export interface Config {
  readonly home: string;
  readonly coordinator: string | undefined;
  readonly localAddress: string | undefined;
  readonly dnsServers: readonly string[];
  readonly targetAllowCidr: readonly string[];
  readonly limits: {
    readonly perTest: number | undefined;
    readonly perDay: number | undefined;
    readonly perMonth: number | undefined;
  };
  readonly spoolMaxBytes: number;
  readonly logLevel: string;
}

/** Reads the environment; an empty variable counts as absent. @throws ConfigError with every problem at once */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`));
  const e = parsed.data;
  return {
    home:
      e.BRAKELIGHT_HOME ?? join(e.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'brakelight-probe'),
    coordinator: e.COORDINATOR,
    localAddress: e.LOCAL_ADDRESS,
    dnsServers: e.DNS_SERVERS ?? [],
    targetAllowCidr: e.TARGET_ALLOW_CIDR ?? [],
    limits: { perTest: e.BUDGET_PER_TEST, perDay: e.BUDGET_PER_DAY, perMonth: e.BUDGET_PER_MONTH },
    spoolMaxBytes: e.SPOOL_MAX ?? 32_000_000,
    logLevel: e.LOG_LEVEL ?? 'info',
  };
}
