import { type Shade, STATE_WORDS } from '../words/states.js';
import { Swatch } from './swatch.js';

/** A state in its shade and in words. */
export function StateLabel({ shade }: { readonly shade: Shade }) {
  return (
    <span class="state">
      <Swatch shade={shade} />
      {STATE_WORDS[shade].label}
    </span>
  );
}
