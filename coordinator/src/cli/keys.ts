import { ApiKey, CreatedApiKey, CreatedToken, pageOf, Scope } from '@brakelight/shared';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { parseDuration } from '../duration.js';
import { CommandError, type CoordinatorClient, connect } from './client.js';
import { runCommand } from './run-command.js';

interface Common {
  readonly coordinator?: string;
  readonly json?: true;
}

interface TokenOptions extends Common {
  readonly owner: string;
  readonly network?: true;
  readonly quota?: number;
  readonly expires: string;
}

/** `npm run keys -- ...`: API keys and enrolment tokens, from the operator's shell. */
const program = new Command('keys')
  .description('Make, list and revoke API keys; make enrolment tokens for volunteers.')
  .exitOverride();

/** A command that speaks to the coordinator; every one takes the same two options. */
function command(text: string, description: string): Command {
  return program
    .command(text)
    .description(description)
    .option('--coordinator <url>', 'address of the coordinator (default: the one on this machine)')
    .option('--json', 'print JSON');
}

const client = ({ coordinator }: Common): Promise<CoordinatorClient> => connect(process.env, coordinator);

function print({ json }: Common, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
}

command('create', 'make an API key; it is shown this once')
  .requiredOption('--name <name>', 'whose it is')
  .addOption(
    new Option('--scope <scope...>', 'what it may do').choices(Scope.options).default(['read', 'webhooks']),
  )
  .action(async (options: Common & { name: string; scope: Scope[] }) => {
    const body = { name: options.name, scopes: options.scope };
    const made = await (await client(options)).call('POST', '/v1/keys', CreatedApiKey, body);
    print(options, made, made.key);
  });

command('list', 'list API keys').action(async (options: Common) => {
  const coordinator = await client(options);
  const keys: ApiKey[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path: string = `/v1/keys?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: { data: ApiKey[]; nextCursor: string | null } = await coordinator.call(
      'GET',
      path,
      pageOf(ApiKey),
    );
    keys.push(...page.data);
    cursor = page.nextCursor;
  }
  const lines = keys.map(
    ({ id, createdAt, scopes, name }) => `${id}  ${createdAt}  ${scopes.join(',')}  ${name}`,
  );
  print(options, keys, lines.join('\n') || 'There are no API keys.');
});

command('revoke <id>', 'revoke an API key and end its webhooks').action(
  async (id: string, options: Common) => {
    await (await client(options)).call('DELETE', `/v1/keys/${encodeURIComponent(id)}`, z.undefined());
    print(options, { revoked: id }, `Revoked ${id}; its webhooks have ended.`);
  },
);

command('token', 'make an enrolment token; it is shown this once')
  .requiredOption('--owner <pseudonym>', 'whose probes enrol with it; they count as one person')
  .option('--network', 'for several probes of several networks, instead of one probe')
  .option('--quota <n>', 'probes of each /24 or /48 and day (with --network)', Number)
  .option('--expires <duration>', 'how long it is good for, ISO 8601, at most P366D', 'P30D')
  .action(async (options: TokenOptions) => {
    const lifeMs = parseDuration(options.expires);
    if (lifeMs === undefined) {
      throw new CommandError(`"${options.expires}" is no ISO 8601 duration such as P30D or PT12H.`, 2);
    }
    const body = {
      kind: options.network ? 'network' : 'one-time',
      owner: options.owner,
      expiresAt: new Date(Date.now() + lifeMs).toISOString(),
      ...(options.quota !== undefined && { quota: options.quota }),
    };
    const made = await (await client(options)).call('POST', '/v1/tokens', CreatedToken, body);
    print(options, made, made.token);
    if (!options.json) process.stderr.write(`It lets nobody in after ${made.expiresAt}.\n`);
  });

await runCommand(program);
