import { Swatch } from '../frame/patterns.js';
import { Scroller } from '../frame/scroller.js';
import { href, type View } from '../route.js';
import { countryName, formatCount, formatRate } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { STATE_WORDS } from '../words/states.js';
import type { Place } from './places.js';

interface PlacesTableProps {
  readonly places: readonly Place[];
  readonly view: View;
  readonly names: Names;
  readonly complete: boolean;
}

/** The map as a table: the same facts for those who do not look at maps. */
export function PlacesTable({ places, view, names, complete }: PlacesTableProps) {
  const rows = places.flatMap((place) => place.cells.map((cell) => ({ place, cell })));
  return (
    <section aria-labelledby="places-title">
      <h2 id="places-title">Places</h2>
      {!complete && <p class="quiet">The list is longer than shown here; the API has all of it.</p>}
      <Scroller label="The map as a table" tall>
        <table>
          <thead>
            <tr>
              <th scope="col">Country</th>
              <th scope="col">Platform</th>
              <th scope="col">Now</th>
              <th scope="col" class="number">
                Rate
              </th>
              <th scope="col" class="number">
                Control
              </th>
              <th scope="col" class="number">
                Tests
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ place, cell }) => (
              <tr key={`${place.country} ${cell.target}`}>
                <th scope="row">
                  <a href={href({ name: 'place', country: place.country }, { source: view.source })}>
                    {countryName(place.country)}
                  </a>
                </th>
                <td>{names.get(cell.target) ?? cell.target}</td>
                <td>
                  <span class="state">
                    <Swatch shade={cell.state} />
                    {STATE_WORDS[cell.state].label}
                  </span>
                </td>
                <td class="number">{formatRate(cell.targetRateBps)}</td>
                <td class="number">{formatRate(cell.controlRateBps)}</td>
                <td class="number">{formatCount(cell.tests)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}
