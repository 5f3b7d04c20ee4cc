import type { Influence } from '../influence.js';
import { eveningShare } from '../noise.js';
import { DAY_MS, HOUR_MS, NOBODY, NOTHING, type Scenario, type Stage, spells, within } from '../scenario.js';
import type { WorldCell, WorldProbe } from '../world.js';

/** Slow for a reason that has nothing to do with a name: nine of ten tests, at a third of the rate and below 1 Mbit/s. */
const TROUBLE: Influence = { path: { factor: 1 / 3, capBps: 1_000_000 } };
const TROUBLE_SHARE = 0.9;

/** A slow spell of 6 h in each subnet about every 5 days: 4.8 % of the time. */
const STICKY = { everyMs: 120 * HOUR_MS, lastsHours: 6 } as const;

const sticky: Scenario = {
  name: 'sticky',
  about: 'Subnets are slow for 6 h (mean) about every 5 days, everywhere.',
  plan: (stage) => {
    const own = new Map<WorldProbe, { from: number; until: number }[]>();
    for (const cell of cellsOf(stage)) {
      for (const probe of cell.probes) {
        const lasts = () => stage.random.exponential(STICKY.lastsHours * HOUR_MS);
        own.set(probe, spells(stage.random, span(stage), STICKY.everyMs, lasts));
      }
    }
    return {
      events: NOTHING,
      influences: (_cell, probe, at, random) =>
        within(own.get(probe) ?? [], at) && random.chance(TROUBLE_SHARE) ? TROUBLE : null,
    };
  },
};

/** Hours in which everybody in a country has trouble with the platform. */
function shocks(percent: number): Scenario {
  return {
    name: `shock-${percent}`,
    about: `In ${percent} % of hours everybody in a country is slow.`,
    plan: (stage) => {
      const hours = new Map(
        stage.world.countries.map((country) => [
          country.number,
          spells(stage.random, span(stage), (100 / percent - 1) * HOUR_MS, () => HOUR_MS),
        ]),
      );
      return {
        events: NOTHING,
        influences: (cell, _probe, at, random) =>
          within(hours.get(cell.country.number) ?? [], at) && random.chance(TROUBLE_SHARE) ? TROUBLE : null,
      };
    },
  };
}

const CHRONIC_SHARE = 0.15;

/** Peak time on the congested peering; the rate of one connection there. */
const PEERING = { share: 0.3, capBps: 800_000 } as const;

export const ORDINARY: readonly Scenario[] = [
  { name: 'null', about: 'Nothing but the noise.', plan: () => ({ events: NOTHING, influences: NOBODY }) },
  sticky,
  shocks(1),
  shocks(2),
  {
    name: 'chronic-15',
    about: 'One cell of each target is slow in 15 % of tests, always; only that cell counts.',
    plan: (stage) => {
      const cell = stage.world.countries[0]?.cells[0] as WorldCell;
      return {
        events: NOTHING,
        counted: new Set([cell]),
        influences: (at, _probe, _time, random) =>
          at === cell && random.chance(CHRONIC_SHARE) ? TROUBLE : null,
      };
    },
  },
  {
    name: 'night-congestion',
    about:
      'One cell of each target reaches the platform over a peering that is full every evening; only it counts.',
    plan: (stage) => {
      const cell = stage.world.countries[0]?.cells[0] as WorldCell;
      const influence = { path: { capBps: PEERING.capBps } };
      return {
        events: NOTHING,
        counted: new Set([cell]),
        influences: (at, _probe, time) =>
          at === cell && eveningShare(time, cell.country.utcOffsetHours) > PEERING.share ? influence : null,
      };
    },
  },
  {
    name: 'platform-outage',
    about: 'The platform fails everywhere for 2 h, about every 10 days: nine of ten tests slow.',
    plan: (stage) => {
      const outages = spells(stage.random, span(stage), 10 * DAY_MS, () => 2 * HOUR_MS);
      return {
        events: NOTHING,
        influences: (_cell, _probe, at, random) =>
          within(outages, at) && random.chance(TROUBLE_SHARE) ? TROUBLE : null,
      };
    },
  },
];

function span(stage: Stage) {
  return { from: stage.scoredFrom, until: stage.endAt };
}

function cellsOf(stage: Stage): WorldCell[] {
  return stage.world.countries.flatMap((country) => [...country.cells]);
}
