import type { Brake, Influence } from '../influence.js';
import { DAY_MS, during, eventAt, HOUR_MS, type Scenario, type Stage, schedule } from '../scenario.js';
import type { WorldProbe } from '../world.js';

/** The policer of 2021. */
export const POLICED: Influence = { name: { capBps: 140_000 } };

function throttled(name: string, about: string, brake: Brake): Scenario {
  return {
    name,
    about,
    plan: (stage) => {
      const events = schedule(stage);
      return { events, influences: during(events, { name: brake }) };
    },
  };
}

/** Only a share of connections passes the censor's box: each test by itself, or always the same subscribers. */
function partial(percent: number, whole: 'connections' | 'subscribers'): Scenario {
  return {
    name: whole === 'connections' ? `partial-${percent}` : `partial-${percent}-subscribers`,
    about: `140 kbit/s for ${percent} % of ${whole}.`,
    plan: (stage) => {
      const events = schedule(stage);
      const chosen = new Map<WorldProbe, boolean>();
      for (const country of stage.world.countries) {
        for (const cell of country.cells) {
          for (const probe of cell.probes) chosen.set(probe, stage.random.chance(percent / 100));
        }
      }
      return {
        events,
        influences: (cell, probe, at, random) => {
          if (eventAt(events, cell.country.number, at) === null) return null;
          const hit = whole === 'connections' ? random.chance(percent / 100) : chosen.get(probe) === true;
          return hit ? POLICED : null;
        },
      };
    },
  };
}

const RAMP_DAYS = 7;

const slowRamp: Scenario = {
  name: 'slow-ramp',
  about: `The cap falls from 30 Mbit/s to 140 kbit/s over ${RAMP_DAYS} days; the delay counts from its begin.`,
  plan: (stage) => {
    const events = schedule(stage, { everyDays: 12, lastsDays: RAMP_DAYS + 2 });
    return {
      events,
      influences: (cell, _probe, at) => {
        const event = eventAt(events, cell.country.number, at);
        if (event === null) return null;
        const done = Math.min(1, (at - event.onset) / (RAMP_DAYS * DAY_MS));
        return { name: { capBps: Math.exp((1 - done) * Math.log(30e6) + done * Math.log(140e3)) } };
      },
    };
  },
};

/** Of each cell's probes two are there before the onset; the others follow within 12 h after it. */
const lateProbes: Scenario = {
  name: 'late-probes',
  about: '140 kbit/s; two probes of a cell are there before the onset, the others join in the 12 h after it.',
  plan: (stage) => {
    const events = schedule(stage);
    for (const country of stage.world.countries) {
      const onset = events.get(country.number)?.[0]?.onset;
      if (onset === undefined) continue;
      for (const cell of country.cells) {
        for (const probe of cell.probes.slice(2))
          probe.joinsAt = onset + stage.random.uniform(0, 12 * HOUR_MS);
      }
    }
    return { events, influences: during(events, POLICED) };
  },
};

const stages: Scenario = {
  name: 'throttled-blocked-silent',
  about: '140 kbit/s for a day, blocked for a day, then no test at all for 8 days: one incident, not three.',
  followed: true,
  plan: (stage: Stage) => {
    const events = schedule(stage, { everyDays: 12, lastsDays: 10 });
    return {
      events,
      influences: (cell, _probe, at) => {
        const event = eventAt(events, cell.country.number, at);
        if (event === null) return null;
        const days = (at - event.onset) / DAY_MS;
        return days < 1 ? POLICED : days < 2 ? { name: { blocks: true } } : { silent: true };
      },
    };
  },
};

export const THROTTLING: readonly Scenario[] = [
  throttled('throttle-140k', 'Policed to 140 kbit/s, country after country, for 3 days.', {
    capBps: 140_000,
  }),
  throttled('throttle-1m', 'Policed to 1 Mbit/s, in the same way.', { capBps: 1_000_000 }),
  throttled('third-speed', 'A third of the speed, in the same way.', { factor: 1 / 3 }),
  throttled('half-speed', 'Half the speed, in the same way.', { factor: 1 / 2 }),
  partial(33, 'connections'),
  partial(60, 'connections'),
  partial(33, 'subscribers'),
  partial(60, 'subscribers'),
  lateProbes,
  slowRamp,
  stages,
];
