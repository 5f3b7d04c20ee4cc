import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.js';
import { SOURCE_4NDV } from '../imports/4ndv.js';
import { connect } from './client.js';
import { filesOf } from './import/files.js';
import { Importer } from './import/importer.js';
import { Judgement } from './import/judgement.js';
import { Progress } from './import/progress.js';
import { describe } from './import/summary.js';
import { runCommand } from './run-command.js';

/** `npm run import -- --format 4ndv <folder>`: somebody else's tests, through queue, store and judge. */

interface Options {
  readonly format: typeof SOURCE_4NDV;
  readonly coordinator?: string;
  readonly notify?: true;
  readonly json?: true;
  readonly patience: number;
}

const program = new Command('import')
  .description(
    'Sends tests that others made to a coordinator: as a source of its own, judged at the time of its rows. ' +
      'Running it again changes nothing.',
  )
  .argument('<folder>', 'CSV files, in folders below it too; or one file')
  .addOption(
    new Option('--format <name>', 'layout of the files').choices([SOURCE_4NDV]).makeOptionMandatory(),
  )
  .option(
    '--coordinator <url>',
    'address of the coordinator, with its key in ADMIN_KEY or ADMIN_KEY_FILE (default: the one of DATA_DIR)',
  )
  .option('--notify', 'tell webhooks of incidents that are found in it')
  .option('--patience <duration>', 'how long to wait for a coordinator that goes away', duration, 600_000)
  .option('--json', 'print the summary as JSON')
  .exitOverride()
  .action(run);

async function run(folder: string, options: Options): Promise<void> {
  const source = options.format;
  const files = await filesOf(folder);
  const progress = new Progress(process.stderr);
  const importer = new Importer({
    source,
    connect: () => connect(process.env, options.coordinator),
    judgement: new Judgement(source, Date.now),
    progress,
    patienceMs: options.patience,
    notify: options.notify === true,
  });
  try {
    const summary = await importer.run(files);
    process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : describe(summary));
    // Rows are refused one by one, and that is no failure; a folder of which no file is of the format is one.
    if (summary.refusedFiles.length === files.length) process.exitCode = 1;
  } finally {
    progress.end();
  }
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('expected an ISO 8601 duration such as PT10M');
  return ms;
}

await runCommand(program);
