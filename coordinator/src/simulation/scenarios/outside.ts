import type { Influence } from '../influence.js';
import { during, eventAt, HOUR_MS, type Scenario, schedule, within } from '../scenario.js';
import { makeProbe, type WorldCell } from '../world.js';
import { POLICED } from './throttling.js';

const OUTAGE: Influence = { path: { factor: 1 / 3, capBps: 1_000_000 } };

/** Agents of one country abroad that report slow, to silence the bets of the others. */
const AGENTS = 30;

export const OUTSIDE: readonly Scenario[] = [
  {
    name: 'poisoned-outside',
    about: `140 kbit/s in other countries, while ${AGENTS} agents of one country abroad report slow all the time.`,
    plan: (stage) => {
      const { world, random, noise, startAt } = stage;
      const [poisoned] = world.countries;
      const events = schedule(stage, { spared: [0] });
      const cells = new Set<WorldCell>();
      for (const country of world.countries) {
        if (country !== poisoned) for (const cell of country.cells) cells.add(cell);
      }
      for (let i = 0; i < AGENTS; i++) {
        const cell = poisoned?.cells[i % poisoned.cells.length] as WorldCell;
        cell.probes.push(makeProbe(`agent-${i}`, noise, random, startAt, 'slow'));
      }
      return { events, influences: during(events, POLICED), counted: cells };
    },
  },
  {
    name: 'poisoned-everywhere',
    about: '140 kbit/s, while one agent in each country reports slow all the time.',
    plan: (stage) => {
      const events = schedule(stage);
      for (const { number, cells } of stage.world.countries) {
        cells[0]?.probes.push(makeProbe(`agent-${number}`, stage.noise, stage.random, stage.startAt, 'slow'));
      }
      return { events, influences: during(events, POLICED) };
    },
  },
  {
    name: 'outage-onset',
    about: '140 kbit/s, its onset in the middle of a 6 h outage of the platform everywhere.',
    plan: (stage) => {
      const events = schedule(stage);
      const outages = [...events.values()]
        .flat()
        .map(({ onset }) => ({ from: onset - 3 * HOUR_MS, until: onset + 3 * HOUR_MS }))
        .sort((a, b) => a.from - b.from);
      return {
        events,
        influences: (cell, _probe, at, random) => {
          if (eventAt(events, cell.country.number, at) !== null) return POLICED;
          return within(outages, at) && random.chance(0.9) ? OUTAGE : null;
        },
      };
    },
  },
  {
    name: 'third-of-countries',
    about: '140 kbit/s in a third of all countries at once.',
    plan: (stage) => {
      const atOnce = Math.max(1, Math.floor(stage.world.countries.length / 3));
      const events = schedule(stage, { atOnce, everyDays: 12 });
      return { events, influences: during(events, POLICED) };
    },
  },
  {
    name: 'lone-country',
    about: '140 kbit/s in a country that alone has probes: nothing outside to compare with.',
    layout: { countries: 1 },
    plan: (stage) => {
      const events = schedule(stage);
      return { events, influences: during(events, POLICED) };
    },
  },
];
