import { LEGEND, STATE_WORDS } from '../words/states.js';
import { Swatch } from './swatch.js';

/** Every shade of the map, with its name and what it means. */
export function ShadeList({ class: name }: { readonly class?: string }) {
  return (
    <dl class={name}>
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
  );
}
