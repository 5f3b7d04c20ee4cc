import { alertLine } from './alert-text.js';
import { readOptions } from './options.js';
import { reportOf } from './report.js';
import { Screen } from './screen.js';
import { type Stage, setStage } from './stage.js';
import { drawPlot, type Plot, tell } from './story.js';

const options = readOptions(process.argv.slice(2));
const out = options.json ? process.stderr : process.stdout;
const stop = new AbortController();
let stage: Stage | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('interrupted'));
  });
}

async function main(): Promise<number> {
  const screen = new Screen(out, `Brakelight demo, seed ${options.seed}`, ['chirp', 'reelhouse', 'parley']);
  let plot: Plot | undefined;
  let interrupted: string | null = null;
  try {
    stage = await setStage(
      options,
      { progress: (text) => screen.say(text), alert: (alert) => screen.say(alertLine(alert)) },
      stop.signal,
    );
    screen.page = stage.coordinator.url;
    screen.say(`engines: ${stage.engines.redis}; ${stage.engines.store}`);
    plot = drawPlot(options.seed, stage);
    await tell(stage, plot, screen, stop.signal);
    if (!options.once) {
      screen.headline = 'That was it. The world goes on: look at the page; Ctrl-C ends it.';
      await linger(stage, plot, screen);
    }
  } catch (error) {
    if (!(stop.signal.aborted && !options.once && plot?.liftedAt)) {
      interrupted = error instanceof Error ? error.message : String(error);
    }
  }
  if (!stage || !plot) {
    out.write(`The demo could not begin: ${interrupted}\n`);
    return 1;
  }
  const report = reportOf({
    seed: options.seed,
    country: plot.country,
    target: plot.target,
    onsetAt: plot.onsetAt,
    liftedAt: plot.liftedAt,
    alerts: stage.receiver.alerts,
    refused: stage.receiver.refused,
    incidents: await stage.coordinator.api.incidents().catch(() => []),
    measurements: await stage.coordinator.api.storedRows().catch(() => 0),
    engines: stage.engines,
    interrupted,
  });
  screen.end(plot.cells);
  await stage.close();
  for (const problem of report.problems) out.write(`NOT AS EXPECTED: ${problem}\n`);
  if (report.problems.length === 0) out.write('Everything happened as expected; nothing is left running.\n');
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.problems.length === 0 ? 0 : 1;
}

/** Keeps the picture alive until Ctrl-C. */
async function linger(on: Stage, plot: Plot, screen: Screen): Promise<void> {
  screen.wait('', null);
  while (!stop.signal.aborted) {
    plot.cells = await on.coordinator.api.cells().catch(() => plot.cells);
    screen.draw(plot.cells);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

process.exitCode = await main().finally(() => stage?.close());
// Sockets of the world that a peer keeps half open must not keep the demo alive.
process.exit();
