import type { Cell, CellState, Incident } from '@brakelight/shared';
import { shadeOf } from '../words/incidents.js';
import { SEVERITY, type Shade, worstOf } from '../words/states.js';

/** One country on the map. */
export interface Place {
  readonly country: string;
  readonly shade: Shade;
  readonly cells: readonly Cell[];
  readonly incidents: readonly Incident[];
}

/**
 * Countries with anything to say, worst first. A live map shows what is judged now; a historical one the worst that
 * was found in its whole period, because its last moment is no more present than its first.
 * @param target one platform, or `null` for the worst of all
 */
export function placesOf(
  cells: readonly Cell[],
  incidents: readonly Incident[],
  target: string | null,
  historical: boolean,
): Place[] {
  const wanted = (one: { target: string }) => target === null || one.target === target;
  const whole = cells.filter((cell) => cell.asn === null && cell.country !== null && wanted(cell));
  const ours = incidents.filter(wanted);
  const countries = new Set([...whole.map((cell) => cell.country), ...ours.map((one) => one.country)]);
  const places = [...countries]
    .filter((country) => country !== null)
    .map((country): Place => {
      const here = whole.filter((cell) => cell.country === country);
      const found = ours.filter((one) => one.country === country);
      return { country, cells: here, incidents: found, shade: shadeHere(here, found, historical) };
    });
  return places.sort((a, b) => severity(a.shade) - severity(b.shade) || a.country.localeCompare(b.country));
}

function shadeHere(cells: readonly Cell[], incidents: readonly Incident[], historical: boolean): Shade {
  const states: CellState[] = cells.map(({ state }) => state);
  if (historical) {
    for (const shade of incidents.map(shadeOf)) if (shade !== 'no-probes') states.push(shade);
  }
  return worstOf(states) ?? 'insufficient';
}

/** The worst that was found of one platform in a historical place. */
export function shadeOfCell({ incidents }: Place, cell: Cell): Shade {
  return shadeHere(
    [cell],
    incidents.filter(({ target }) => target === cell.target),
    true,
  );
}

function severity(shade: Shade): number {
  const rank = shade === 'no-probes' ? -1 : SEVERITY.indexOf(shade);
  return rank < 0 ? SEVERITY.length : rank;
}
