import { DAY_MS, during, NOBODY, NOTHING, type Scenario, schedule } from '../scenario.js';
import { makeProbe, type WorldCell } from '../world.js';
import { POLICED } from './throttling.js';

/** Liars beside the honest probes of a cell: m of them, saying slow where nothing is, or normal where something is. */
export function liarScenarios(): Scenario[] {
  const all: Scenario[] = [];
  for (const count of [1, 2]) {
    for (const lie of ['slow', 'normal'] as const) {
      for (const when of ['early', 'late'] as const) all.push(liars(count, lie, when));
    }
  }
  return all;
}

function liars(count: number, lie: 'slow' | 'normal', when: 'early' | 'late'): Scenario {
  const who = count === 1 ? 'One liar' : `${count} liars`;
  const joins = when === 'early' ? 'there from the start' : 'joining later';
  const about =
    lie === 'slow'
      ? `${who} in one cell of each target, always slow, ${joins}; only that cell counts.`
      : `140 kbit/s; ${who.toLowerCase()} in each cell, always normal, ${joins}.`;
  return {
    name: `liars-${count}-${lie}-${when}`,
    about,
    plan: (stage) => {
      const { random, noise, startAt, scoredFrom, world } = stage;
      const events = lie === 'slow' ? NOTHING : schedule(stage);
      const join = (cell: WorldCell) => {
        const onset = events.get(cell.country.number)?.[0]?.onset;
        // Late: days after the others, or right after the onset.
        const late = onset ?? scoredFrom + random.uniform(1, 4) * DAY_MS;
        const joinsAt = when === 'early' ? startAt : late;
        for (let i = 0; i < count; i++) {
          cell.probes.push(makeProbe(`liar-${cell.asn}-${i}`, noise, random, joinsAt, lie));
        }
      };
      const first = world.countries[0]?.cells[0] as WorldCell;
      if (lie === 'slow') {
        join(first);
        return { events, influences: NOBODY, counted: new Set([first]) };
      }
      for (const country of world.countries) country.cells.forEach(join);
      return { events, influences: during(events, POLICED) };
    },
  };
}
