import { rename, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { checkCatalogue, withFindings } from '../catalogue/check.js';
import { GuardedClient } from '../catalogue/guarded-client.js';
import { table } from '../catalogue/table.js';
import { loadConfig } from '../config.js';
import { loadCatalogue } from '../work/catalogue.js';
import { runCommand } from './run-command.js';

/** `npm run catalogue -- check`: is everything that probes are sent to still where the catalogue says? */

interface Options {
  readonly write?: true;
  readonly json?: true;
}

const program = new Command('catalogue')
  .description('Looks after the catalogue of platforms and controls (CATALOGUE_FILE).')
  .exitOverride();

program
  .command('check')
  .description(
    'Tries every entry from this machine and says what it found. Exit code 1 where an entry has a fault.',
  )
  .option(
    '--write',
    'put what was found into the file: addresses, sizes, types, and the day into its version',
  )
  .option('--json', 'print JSON')
  .action(check);

async function check({ write, json }: Options): Promise<void> {
  const { catalogueFile, targetAllowCidr } = loadConfig(process.env).work;
  const catalogue = await loadCatalogue(catalogueFile, targetAllowCidr);
  const client = new GuardedClient(targetAllowCidr);
  const checkedAt = new Date();
  const entries = await checkCatalogue(catalogue, client);
  await client.close();

  const faults = entries.filter(({ fault }) => fault !== null).length;
  // A machine that reaches nothing at all says nothing about the catalogue.
  const written = write === true && faults < entries.length;
  if (written) {
    const draft = `${catalogueFile}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(withFindings(catalogue, entries, checkedAt), null, 2)}\n`);
    await rename(draft, catalogueFile);
  }
  if (json) {
    const { version } = catalogue;
    const result = { version, checkedAt: checkedAt.toISOString(), written, faults, entries };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else {
    process.stdout.write(table(entries));
    if (written)
      process.stdout.write(`Written to ${catalogueFile}; the coordinator reads it when it starts.\n`);
  }
  if (faults === entries.length) process.stderr.write('Nothing could be reached: is this machine online?\n');
  if (faults > 0) process.exitCode = 1;
}

await runCommand(program);
