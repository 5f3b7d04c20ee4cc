import type { Shade } from '../words/states.js';
import { Patterns, paint } from './patterns.js';

/** Fills of all swatches of the page; stands once, near its top. */
export function SwatchPatterns() {
  return (
    <svg class="patterns" aria-hidden="true" width="0" height="0">
      <Patterns name="swatch" grain={1} />
    </svg>
  );
}

/** A small sample of a shade. Decorative: the word always stands beside it. */
export function Swatch({ shade }: { readonly shade: Shade }) {
  return (
    <svg class="swatch" viewBox="0 0 18 12" aria-hidden="true">
      <rect x="0.5" y="0.5" width="17" height="11" rx="2.5" {...paint(shade, 'swatch')} />
    </svg>
  );
}
