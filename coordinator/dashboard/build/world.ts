import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoArea, geoEqualEarth, geoGraticule, geoPath } from 'd3-geo';
import type { Feature, MultiPolygon, Polygon } from 'geojson';
import countries from 'i18n-iso-countries';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';
import { type Position, simplify } from './simplify.js';

/** One country as the page draws it, in the map's own units. */
export interface Shape {
  /** ISO 3166-1 alpha-2; `null` where a territory has no code. */
  readonly code: string | null;
  readonly path: string;
  /** Where a marker or a label stands. */
  readonly at: readonly [number, number];
  /** Too small to be seen or hit as an area: drawn as a marker too. */
  readonly small: boolean;
}

/** A part of the world to look at more closely: x, y, width, height. */
export interface Region {
  readonly id: string;
  readonly name: string;
  readonly box: readonly [number, number, number, number];
}

export interface World {
  readonly shapes: readonly Shape[];
  readonly regions: readonly Region[];
  readonly outline: string;
  readonly graticule: string;
}

const WIDTH = 1000;
const TOLERANCE_DEGREES = 0.12;
/** Islands below this area (map units squared) are left out, unless they are all a country has. */
const SMALLEST_ISLAND = 0.5;
const SMALL_COUNTRY = 7;
const ANTARCTICA = '010';
/** User-assigned, but what everyone uses. */
const CODE_BY_NAME: Readonly<Record<string, string>> = { Kosovo: 'XK' };

/** West, south, east, north in degrees. */
const REGIONS: readonly (readonly [string, string, readonly [number, number, number, number]])[] = [
  ['europe', 'Europe', [-14, 35, 42, 70]],
  ['middle-east', 'Middle East', [25, 10, 78, 45]],
  ['asia', 'Asia', [60, -10, 145, 58]],
  ['africa', 'Africa', [-20, -36, 54, 38]],
  ['north-america', 'North America', [-135, 7, -55, 60]],
  ['south-america', 'South America', [-84, -56, -33, 14]],
];

/** Longitude 11 in the middle keeps Chukotka in one piece. Equal areas: no country looks larger than it is. */
const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(WIDTH, { type: 'Sphere' });
const path = geoPath(projection).digits(1);

/** Draws the world once, when the page is built: neither projection nor topology is sent to the reader. */
export function drawWorld(): World {
  const file = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
  const topology = simplifyArcs(JSON.parse(readFileSync(file, 'utf8')) as Topology);
  const collection = topology.objects.countries as GeometryCollection<{ name: string }>;
  const { features } = feature(topology, collection);
  const shapes = byCode(features.filter((one) => one.id !== ANTARCTICA) as Country[])
    .map(drawShape)
    .sort((a, b) => (a.code ?? 'ZZ').localeCompare(b.code ?? 'ZZ'));
  return {
    shapes,
    regions: [
      { id: 'world', name: 'World', box: worldBox() },
      ...REGIONS.map(([id, name, bounds]) => ({ id, name, box: boxOf(bounds) })),
    ],
    outline: path({ type: 'Sphere' }) ?? '',
    graticule: path(geoGraticule().step([30, 30])()) ?? '',
  };
}

type Country = Feature<Polygon | MultiPolygon, { name: string }>;

/** Far-off islands that share their country's code become part of it. */
function byCode(countries: readonly Country[]): Country[] {
  const merged = new Map<string, Country>();
  for (const one of countries) {
    const key = codeOf(one) ?? one.properties.name;
    const known = merged.get(key);
    const parts = [...(known ? polygonsOf(known) : []), ...polygonsOf(one)];
    const coordinates = parts.map((part) => part.coordinates);
    merged.set(key, { ...(known ?? one), geometry: { type: 'MultiPolygon', coordinates } });
  }
  return [...merged.values()];
}

function drawShape(country: Country): Shape {
  const visible = withoutSpecks(country);
  const [[x0, y0], [x1, y1]] = path.bounds(visible);
  const [x, y] = path.centroid(largestOf(polygonsOf(country)));
  return {
    code: codeOf(country),
    path: path(visible) ?? '',
    at: [round(x), round(y)],
    small: Math.max(x1 - x0, y1 - y0) < SMALL_COUNTRY,
  };
}

function codeOf({ id, properties }: Country): string | null {
  const byNumber = id === undefined ? undefined : countries.numericToAlpha2(String(id));
  return byNumber ?? CODE_BY_NAME[properties.name] ?? null;
}

function polygonsOf(country: Country): Polygon[] {
  const { geometry } = country;
  const parts = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return parts.map((coordinates) => outward({ type: 'Polygon', coordinates }));
}

/** On a sphere a ring turned the wrong way holds the rest of the world; simplified specks may have turned. */
function outward(polygon: Polygon): Polygon {
  if (geoArea(polygon) <= 2 * Math.PI) return polygon;
  return { ...polygon, coordinates: polygon.coordinates.map((ring) => [...ring].reverse()) };
}

function largestOf(parts: readonly Polygon[]): Polygon {
  return parts.reduce((best, one) => (path.area(one) > path.area(best) ? one : best));
}

function withoutSpecks(country: Country): MultiPolygon {
  const parts = polygonsOf(country);
  const largest = largestOf(parts);
  const kept = parts.filter((one) => one === largest || path.area(one) >= SMALLEST_ISLAND);
  return { type: 'MultiPolygon', coordinates: kept.map(({ coordinates }) => coordinates) };
}

/** Arcs are shared between neighbours, so simplified borders still meet. */
function simplifyArcs(topology: Topology): Topology {
  const { transform, ...rest } = topology;
  const [kx, ky] = transform?.scale ?? [1, 1];
  const [dx, dy] = transform?.translate ?? [0, 0];
  const arcs = topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    const absolute = arc.map((step): Position => {
      x = transform ? x + (step[0] ?? 0) : (step[0] ?? 0);
      y = transform ? y + (step[1] ?? 0) : (step[1] ?? 0);
      return [x * kx + dx, y * ky + dy];
    });
    return simplifyRing(absolute).map((point) => [...point]);
  });
  return { ...rest, arcs };
}

/** A closed arc is cut in two first: its ends coincide, and a ring needs an extent to be kept. */
function simplifyRing(arc: Position[]): Position[] {
  const first = arc[0];
  const last = arc.at(-1);
  const closed = first && last && first[0] === last[0] && first[1] === last[1];
  if (!closed || arc.length < 5) return simplify(arc, TOLERANCE_DEGREES);
  const third = Math.floor(arc.length / 3);
  const pieces = [arc.slice(0, third + 1), arc.slice(third, 2 * third + 1), arc.slice(2 * third)];
  return pieces.flatMap((piece, i) => simplify(piece, TOLERANCE_DEGREES).slice(i === 0 ? 0 : 1));
}

/** The inhabited world: cut below Cape Horn. */
function worldBox(): Region['box'] {
  const [, top] = projection([11, 84]) ?? [0, 0];
  const [, bottom] = projection([11, -57]) ?? [0, 0];
  return [0, round(top), WIDTH, round(bottom - top)];
}

function boxOf([west, south, east, north]: readonly [number, number, number, number]): Region['box'] {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i <= 8; i++) {
    const lon = west + ((east - west) * i) / 8;
    const lat = south + ((north - south) * i) / 8;
    for (const at of [
      projection([lon, south]),
      projection([lon, north]),
      projection([west, lat]),
      projection([east, lat]),
    ]) {
      if (at) {
        xs.push(at[0]);
        ys.push(at[1]);
      }
    }
  }
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return [round(x), round(y), round(Math.max(...xs) - x), round(Math.max(...ys) - y)];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ID = 'virtual:world';

/** Serves {@link drawWorld} to the page as `virtual:world`, a chunk of its own. */
export function world(): Plugin {
  return {
    name: 'brakelight-world',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) =>
      id === `\0${ID}`
        ? `export default JSON.parse(${JSON.stringify(JSON.stringify(drawWorld()))})`
        : undefined,
  };
}
