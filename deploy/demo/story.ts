import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, Incident } from '@brakelight/shared';
import { Random } from '../testbed/random.js';
import type { VerifiedAlert } from './receiver.js';
import type { Screen } from './screen.js';
import { THROTTLE, UNIT_PERIOD_S } from './settings.js';
import type { Stage } from './stage.js';

/** Periods of ordinary life before the throttle begins. */
const BASELINE_PERIODS = 6;
/** How long the throttle is looked at after its alert. */
const LOOK_PERIODS = 2;
/** Longest waits; a story that takes longer has failed. */
const BASELINE_DEADLINE_S = 180;
const DETECTION_DEADLINE_S = 300;
const RESOLUTION_DEADLINE_S = 420;
const TICK_MS = 1_000;

/** What happened so far; filled as the story goes. */
export interface Plot {
  readonly country: string;
  readonly target: string;
  onsetAt: number | null;
  liftedAt: number | null;
  cells: readonly Cell[];
}

/** Draws who will be throttled. */
export function drawPlot(seed: string, stage: Pick<Stage, 'world'>): Plot {
  const random = new Random(seed).fork('plot');
  const places = [...new Set(stage.world.plan.agents.map((a) => a.line.country))];
  return {
    country: random.pick(places),
    target: random.pick(stage.world.catalogue.targets).id,
    onsetAt: null,
    liftedAt: null,
    cells: [],
  };
}

/**
 * Baseline, onset, alert, lift, message of the end.
 * @throws Error when something expected does not come in time, or when `signal` aborts
 */
export async function tell(stage: Stage, plot: Plot, screen: Screen, signal: AbortSignal): Promise<void> {
  const { world, coordinator, receiver } = stage;
  const site = world.plan.sites.find((s) => s.id === plot.target);
  if (!site) throw new Error(`the world has no ${plot.target}`);
  const about = (i: Incident) => i.country === plot.country && i.target === plot.target;
  const alert = (type: string): VerifiedAlert | undefined =>
    receiver.alerts.find((a) => a.message.type === type && about(a.message.data.incident));

  const until = async (what: string, deadlineS: number, progress: () => number | null): Promise<void> => {
    const begin = performance.now();
    for (let done = progress(); done === null || done < 1; done = progress()) {
      signal.throwIfAborted();
      const passedS = Math.round((performance.now() - begin) / 1000);
      if (passedS > deadlineS) throw new Error(`waited ${deadlineS} s for: ${what}`);
      screen.wait(`${what} (${passedS} s)`, done);
      plot.cells = await coordinator.api.cells().catch(() => plot.cells);
      screen.draw(plot.cells);
      await sleep(TICK_MS, undefined, { signal });
    }
  };

  screen.headline =
    'Ordinary life: lines differ, 3 % of connections fail, one volunteer lies, one line is slow.';
  const begin = performance.now();
  await until('a baseline of every place and platform', BASELINE_DEADLINE_S, () =>
    baseline(plot.cells, world, begin),
  );

  plot.onsetAt = Date.now();
  world.censor.impose({
    id: 'throttle',
    suffix: site.domain,
    where: { country: plot.country },
    action: { kind: 'throttle', ...THROTTLE },
  });
  screen.headline = `Onset: ${plot.country} throttles ${site.name} to ${THROTTLE.kbps} kbit/s, by the name in the handshake.`;
  await until('the alert', DETECTION_DEADLINE_S, () => (alert('throttling.detected') ? 1 : null));
  const lookUntil = performance.now() + LOOK_PERIODS * UNIT_PERIOD_S * 1000;
  await until('a look at it', 60, () => (performance.now() >= lookUntil ? 1 : null));

  plot.liftedAt = Date.now();
  world.censor.lift('throttle');
  screen.headline = `Lifted: ${site.name} in ${plot.country} is free again.`;
  await until('the message of its end', RESOLUTION_DEADLINE_S, () =>
    alert('throttling.resolved') ? 1 : null,
  );
}

/** 1 when ordinary life has been seen everywhere, for long enough. */
function baseline(cells: readonly Cell[], world: Stage['world'], begin: number): number {
  const places = new Set(world.plan.agents.map((a) => a.line.country)).size;
  const known = cells.filter((c) => c.asn === null && c.units > 0 && c.state !== 'insufficient').length;
  const passed = (performance.now() - begin) / (BASELINE_PERIODS * UNIT_PERIOD_S * 1000);
  return Math.min(passed, known / (places * world.catalogue.targets.length));
}
