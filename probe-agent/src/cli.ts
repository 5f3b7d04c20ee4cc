#!/usr/bin/env node
import './small-heap.js';

import { EnrolmentRequest, TestKind } from '@brakelight/shared';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { CommandEnd, EXIT, exitCodeOf } from './commands/exit.js';
import { openOutput } from './commands/output.js';
import type { Session } from './commands/session.js';
import { type Config, readConfig } from './config.js';
import { Home } from './state/home.js';
import { parseSize } from './state/size.js';
import { AGENT_VERSION } from './version.js';

/** Each command is loaded when it is called: a probe that idles for years carries only what it uses. */
function program(config: Config): Command {
  const cli = new Command('brakelight-probe')
    .description('A volunteer probe of Brakelight: measures whether platforms are slowed down where you are.')
    .version(AGENT_VERSION)
    .exitOverride()
    .showHelpAfterError('(see: brakelight-probe --help)')
    .configureHelp({ sortSubcommands: false });

  const verb = (name: string, description: string) =>
    cli
      .command(name)
      .description(description)
      .option('--json', 'one JSON object (run: one a line) on stdout');
  const session = async (options: { json?: boolean }): Promise<Session> => ({
    config,
    home: await Home.open(config.home),
    out: openOutput(options.json === true, process.stdout, process.stderr),
    now: Date.now,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  });

  verb('join', 'agree to what is measured and enrol at a coordinator')
    .argument('[coordinator-url]', 'its address', config.coordinator)
    .requiredOption('--token <token>', 'enrolment token from the operator', token)
    .option('--fingerprint <fingerprint>', "fingerprint of the coordinator's key, as its operator told you")
    .option('--accept <kinds>', 'kinds of test you agree to: platform, swap', kinds)
    .option('--yes', 'do not ask whether the fingerprint is right', false)
    .option('--budget-per-test <size>', 'most bytes of one test (10MB)', size)
    .option('--budget-per-day <size>', 'most bytes a UTC day (50MB)', size)
    .option('--budget-per-month <size>', 'most bytes a UTC month (1GB)', size)
    .action(async (url: string | undefined, o) => {
      if (url === undefined) throw new CommandEnd(EXIT.usage, 'which coordinator? give its address');
      const { join } = await import('./commands/join.js');
      const limits = { perTest: o.budgetPerTest, perDay: o.budgetPerDay, perMonth: o.budgetPerMonth };
      await join(await session(o), url, { ...o, limits });
    });

  verb('run', 'measure until told to stop').action(async (o) => {
    const { run } = await import('./commands/run.js');
    await run(await session(o));
  });

  verb('once', 'one round of measurements now').action(async (o) => {
    const { once } = await import('./commands/once.js');
    await once(await session(o));
  });

  verb('status', 'what it does, what it used, why it does not measure').action(async (o) => {
    const { status } = await import('./commands/status.js');
    await status(await session(o));
  });

  verb('targets', 'what is measured, and against what').action(async (o) => {
    const { targets } = await import('./commands/targets.js');
    await targets(await session(o));
  });

  verb('pause', 'no traffic until resumed')
    .option('--for <duration>', 'ISO 8601 duration, such as PT2H')
    .action(async (o) => {
      const { pause } = await import('./commands/pause.js');
      await pause(await session(o), o.for);
    });

  verb('resume', 'end a pause').action(async (o) => {
    const { resume } = await import('./commands/pause.js');
    await resume(await session(o));
  });

  verb('consent', 'show what you agreed to, or change it')
    .option('--accept <kinds>', 'agree to these kinds too', kinds)
    .option('--withdraw <kinds>', 'stop these kinds', kinds)
    .option('--ask', 'read each text and answer', false)
    .action(async (o) => {
      const { consent } = await import('./commands/consent.js');
      await consent(await session(o), o);
    });

  verb('leave', 'delete the key and ask to be forgotten').action(async (o) => {
    const { leave } = await import('./commands/leave.js');
    await leave(await session(o));
  });
  return cli;
}

function kinds(text: string): TestKind[] {
  return text.split(',').map((part) => {
    const kind = TestKind.safeParse(part.trim());
    if (kind.success) return kind.data;
    throw new InvalidArgumentError(`"${part}" is none of: ${TestKind.options.join(', ')}`);
  });
}

/** Length only: what a token looks like is the coordinator's affair. */
function token(text: string): string {
  if (EnrolmentRequest.shape.token.safeParse(text).success) return text;
  throw new InvalidArgumentError('that is not a whole enrolment token; copy it as the operator gave it');
}

function size(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new InvalidArgumentError('expected a size such as 50MB');
  return bytes;
}

// Who reads us may go away first (`brakelight-probe run | head`): that is no accident.
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

try {
  await program(readConfig(process.env)).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    process.stderr.write(`brakelight-probe: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
