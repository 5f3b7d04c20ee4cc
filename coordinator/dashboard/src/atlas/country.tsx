import type { Shape } from '../../build/world.js';
import { paint } from '../frame/patterns.js';
import { href } from '../route.js';
import { count, countryName } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { STATE_WORDS } from '../words/states.js';
import type { Place } from './places.js';

interface CountryProps {
  readonly place: Place;
  readonly shape: Shape | undefined;
  readonly zoom: number;
  readonly source: string | null;
  readonly names: Names;
  readonly onPoint: (country: string | null) => void;
}

const MARKER_RADIUS = 4.5;

/** One painted country: a link to its page. Small ones get a marker that can be seen and hit. */
export function Country({ place, shape, zoom, source, names, onPoint }: CountryProps) {
  if (!shape) return null;
  const { country, shade } = place;
  const fill = paint(shade, 'map');
  const open = place.incidents.filter(({ status }) => status !== 'resolved').length;
  const label = [
    countryName(country),
    STATE_WORDS[shade].label.toLowerCase(),
    platforms(place, names),
    open > 0 ? count(open, 'open incident') : '',
  ];
  return (
    <a
      class={`country country-${shade}`}
      href={href({ name: 'place', country }, { source })}
      aria-label={label.filter(Boolean).join(', ')}
      data-country={country}
      onPointerEnter={() => onPoint(country)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(country)}
      onBlur={() => onPoint(null)}
    >
      <path d={shape.path} {...fill} />
      {shape.small && <circle cx={shape.at[0]} cy={shape.at[1]} r={MARKER_RADIUS / zoom ** 0.7} {...fill} />}
    </a>
  );
}

function platforms({ cells, shade }: Place, names: Names): string {
  return cells
    .filter(({ state }) => state === shade)
    .map(({ target }) => names.get(target) ?? target)
    .join(' and ');
}
