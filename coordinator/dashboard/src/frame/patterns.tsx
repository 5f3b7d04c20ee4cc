import type { Shade } from '../words/states.js';

/**
 * Fills that do not rest on colour alone. Defined once for map, legend and lists; an `id` reference needs no inline
 * style.
 */
export function Patterns() {
  return (
    <svg class="patterns" aria-hidden="true" width="0" height="0">
      <defs>
        <pattern
          id="fill-insufficient"
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="5" height="5" class="shade-land" />
          <rect width="1.1" height="5" class="shade-hatch" />
        </pattern>
        <pattern id="fill-platform-outage" width="4" height="4" patternUnits="userSpaceOnUse">
          <rect width="4" height="4" class="shade-platform-outage" />
          <circle cx="2" cy="2" r="0.8" class="shade-paper" />
        </pattern>
        <pattern id="fill-local-congestion" width="4" height="4" patternUnits="userSpaceOnUse">
          <rect width="4" height="4" class="shade-local-congestion" />
          <rect width="4" height="1" class="shade-paper" />
        </pattern>
        <pattern id="fill-stalled" width="4" height="4" patternUnits="userSpaceOnUse">
          <rect width="4" height="4" class="shade-stalled" />
          <rect width="1" height="4" class="shade-paper" />
        </pattern>
      </defs>
    </svg>
  );
}

const PATTERNED: ReadonlySet<Shade> = new Set([
  'insufficient',
  'platform-outage',
  'local-congestion',
  'stalled',
]);

/** Attributes that paint an SVG shape in a shade. */
export function paint(shade: Shade): { class: string; fill?: string } {
  if (PATTERNED.has(shade)) return { class: 'painted', fill: `url(#fill-${shade})` };
  return { class: `painted shade-${shade === 'no-probes' ? 'land' : shade}` };
}

/** A small sample of a shade. Decorative: the word always stands beside it. */
export function Swatch({ shade }: { readonly shade: Shade }) {
  return (
    <svg class="swatch" viewBox="0 0 18 12" aria-hidden="true">
      <rect x="0.5" y="0.5" width="17" height="11" rx="2.5" {...paint(shade)} />
    </svg>
  );
}
