import { useState } from 'preact/hooks';
import { Patterns } from '../frame/patterns.js';
import { replaceRoute, type View } from '../route.js';
import type { Names } from '../words/incidents.js';
import { Caption } from './caption.js';
import { Country } from './country.js';
import type { Place } from './places.js';
import { useWorld } from './use-world.js';

interface WorldMapProps {
  readonly places: readonly Place[];
  readonly view: View;
  readonly names: Names;
}

/** Countries coloured by state. Those with data are links, in the order of their severity for the keyboard. */
export function WorldMap({ places, view, names }: WorldMapProps) {
  const world = useWorld();
  const [pointed, setPointed] = useState<string | null>(null);
  if (!world) return <div class="map map-waiting" aria-hidden="true" />;

  const region = world.regions.find(({ id }) => id === view.region) ?? world.regions[0];
  const [x, y, width, height] = region?.box ?? [0, 0, 1000, 500];
  const zoom = 1000 / width;
  const byCode = new Map(world.shapes.map((shape) => [shape.code, shape]));
  const painted = new Set(places.map(({ country }) => country));
  const place = places.find(({ country }) => country === pointed);

  return (
    <figure class="map">
      {/* biome-ignore lint/a11y/useSemanticElements: a picture of links, not a form */}
      <svg
        viewBox={`${x} ${y} ${width} ${height}`}
        class={region?.id === 'world' ? 'map-sheet' : 'map-sheet map-close'}
        role="group"
        aria-label="World map. Countries with measurements are links; a table with the same content follows."
      >
        <Patterns name="map" grain={1.1 / zoom} />
        <path d={world.outline} class="sea" />
        <path d={world.graticule} class="graticule" />
        <g>
          {world.shapes.map((shape) =>
            shape.code !== null && painted.has(shape.code) ? null : (
              <path key={shape.path} d={shape.path} class="land" />
            ),
          )}
        </g>
        {places.map((one) => (
          <Country
            key={one.country}
            place={one}
            shape={byCode.get(one.country)}
            zoom={zoom}
            source={view.source}
            names={names}
            onPoint={setPointed}
          />
        ))}
      </svg>
      <Caption place={place} names={names} onRight={(byCode.get(pointed)?.at[0] ?? width) < x + width / 2} />
      <fieldset class="segments regions">
        <legend class="visually-hidden">Part of the world</legend>
        {world.regions.map(({ id, name }) => (
          <label key={id}>
            <input
              type="radio"
              name="region"
              checked={id === region?.id}
              onChange={() =>
                replaceRoute({ name: 'atlas' }, { ...view, region: id === 'world' ? null : id })
              }
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
    </figure>
  );
}
