import { Swatch } from '../frame/swatch.js';
import { count, countryName, formatRate } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { STATE_WORDS } from '../words/states.js';
import type { Place } from './places.js';

interface CaptionProps {
  readonly place: Place | undefined;
  readonly names: Names;
  /** Stands away from what it describes. */
  readonly onRight: boolean;
}

/** What the pointer or the focus is on. For eyes only: the same words are the label of the link. */
export function Caption({ place, names, onRight }: CaptionProps) {
  if (!place) return <figcaption class="caption caption-idle">Point at a painted country.</figcaption>;
  return (
    <figcaption class={onRight ? 'caption caption-right' : 'caption'} aria-hidden="true">
      <strong>{countryName(place.country)}</strong>
      <ul>
        {place.cells.map((cell) => (
          <li key={cell.target}>
            <Swatch shade={cell.state} />
            <span>{names.get(cell.target) ?? cell.target}</span>
            <span class="quiet">
              {cell.state === 'insufficient'
                ? STATE_WORDS.insufficient.label.toLowerCase()
                : `${formatRate(cell.targetRateBps)}, control ${formatRate(cell.controlRateBps)}`}
            </span>
          </li>
        ))}
        {place.cells.length === 0 && <li class="quiet">{count(place.incidents.length, 'incident')}</li>}
      </ul>
    </figcaption>
  );
}
