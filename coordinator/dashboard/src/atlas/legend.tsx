import { Swatch } from '../frame/swatch.js';
import { LEGEND, STATE_WORDS } from '../words/states.js';

export function Legend({ historical }: { readonly historical: boolean }) {
  return (
    <section class="legend" aria-labelledby="legend-title">
      <h2 id="legend-title" class="visually-hidden">
        {historical ? 'Legend: the worst state in the imported period' : 'Legend: the state now'}
      </h2>
      <dl>
        {LEGEND.map((shade) => (
          <div key={shade}>
            <dt>
              <Swatch shade={shade} />
              {STATE_WORDS[shade].label}
            </dt>
            <dd>{STATE_WORDS[shade].meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
