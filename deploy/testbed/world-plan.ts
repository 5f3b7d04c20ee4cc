import type { Catalogue } from '@brakelight/shared';
import type { Random } from './random.js';
import type { Line } from './relay.js';

/** One volunteer of the world: a subnet, an owner and a line of their own. */
export interface WorldAgent {
  /** 1, 2, 3 ... */
  readonly number: number;
  readonly owner: string;
  /** Its /24. */
  readonly subnet: string;
  readonly line: Line;
  readonly character: 'honest' | 'liar' | 'slow-line';
}

export interface WorldSite {
  readonly id: string;
  readonly name: string;
  readonly kind: 'target' | 'control';
  /** Apex of its names. */
  readonly domain: string;
  /** Name that its object is fetched from. */
  readonly host: string;
  /** Its address in the world. */
  readonly address: string;
  readonly network: string;
  readonly contentType: string;
  readonly path: string;
}

export interface WorldShape {
  readonly countries: number;
  readonly asnsPerCountry: number;
  readonly agentsPerAsn: number;
  /** Share of connections that fail. */
  readonly failureRate: number;
}

export const DEMO_SHAPE: WorldShape = { countries: 4, asnsPerCountry: 2, agentsPerAsn: 2, failureRate: 0.03 };

/** Places that a world may have, on every continent; which of them is drawn says nothing about them. */
const COUNTRIES = ['AR', 'BR', 'CA', 'CL', 'DE', 'ES', 'FI', 'GH', 'ID', 'IN', 'IT', 'JP', 'KE', 'MX', 'NZ'];
/** Reserved for documentation (RFC 5398). */
const ASNS = [...range(64_496, 64_511), ...range(65_536, 65_551)];
const OBJECT_BYTES = 4_000_000;

const SITES: readonly Omit<WorldSite, 'address'>[] = [
  site('target', 'chirp', 'Chirp', 'chirp.example', 'media.chirp.example', 'image/jpeg', '/photos/large.jpg'),
  site(
    'target',
    'reelhouse',
    'Reelhouse',
    'reelhouse.example',
    'video.reelhouse.example',
    'video/mp4',
    '/clips/one.mp4',
  ),
  site(
    'target',
    'parley',
    'Parley',
    'parley.example',
    'files.parley.example',
    'application/zip',
    '/attachments/a.zip',
  ),
  site(
    'control',
    'open-archive',
    'Open Archive',
    'archive.example',
    'files.archive.example',
    'video/mp4',
    '/media/talk.mp4',
  ),
  site(
    'control',
    'north-mirror',
    'North Mirror',
    'mirror.example',
    'cdn.mirror.example',
    'application/zip',
    '/images/disk.zip',
  ),
];

/** All of a world that follows from the seed; nothing runs yet. */
export interface WorldPlan {
  readonly agents: readonly WorldAgent[];
  readonly sites: readonly WorldSite[];
}

/** Draws the world: lines of 10-150 ms and 3-50 Mbit/s, one slow line, one liar. */
export function planWorld(random: Random, shape: WorldShape): WorldPlan {
  const places = random.fork('places').shuffled(COUNTRIES).slice(0, shape.countries);
  const asns = random.fork('asns').shuffled(ASNS);
  const homes = places.flatMap((country, i) =>
    range(0, shape.asnsPerCountry - 1).flatMap((j) => {
      const asn = asns[i * shape.asnsPerCountry + j];
      if (asn === undefined || places.length < shape.countries)
        throw new RangeError('the world is too large');
      return range(1, shape.agentsPerAsn).map(() => ({ country, asn }));
    }),
  );
  // Not in one country: a country needs three sound volunteers for anything to be said about it.
  const [liar, ...others] = random
    .fork('characters')
    .shuffled(homes.map((home, i) => ({ home, number: i + 1 })));
  const slow = others.find(({ home }) => home.country !== liar?.home.country);
  const agents = homes.map(({ country, asn }, i): WorldAgent => {
    const number = i + 1;
    const own = random.fork(`agent/${number}`);
    const character = number === liar?.number ? 'liar' : number === slow?.number ? 'slow-line' : 'honest';
    const downKbps = character === 'slow-line' ? own.integer(300, 900) : own.logUniform(3_000, 50_000);
    return {
      number,
      owner: `volunteer-${number}`,
      subnet: `127.10.${number}.0/24`,
      character,
      line: {
        address: `127.10.${number}.1`,
        country,
        asn,
        rttMs: Math.round(own.logUniform(10, 150)),
        jitterMs: own.integer(0, 6),
        downKbps: Math.round(downKbps),
        upKbps: Math.round(downKbps * (0.2 + 0.8 * own.uniform())),
        failureRate: shape.failureRate,
      },
    };
  });
  return { agents, sites: SITES.map((s, i) => ({ ...s, address: `127.20.${i + 1}.1` })) };
}

/** The network database of the world: `prefix,asn,country,org`. */
export function networkCsv(agents: readonly WorldAgent[]): string {
  const rows = agents.map(
    ({ subnet, line }) => `${subnet},${line.asn},${line.country},Bench network ${line.asn}`,
  );
  return `prefix,asn,country,org\n${rows.join('\n')}\n`;
}

/** The catalogue of the world. @param port where all its sites listen */
export function catalogueOf(sites: readonly WorldSite[], port: number): Catalogue {
  const object = ({ id, host, path, contentType }: WorldSite) => ({
    id: `${id}-object`,
    url: `https://${host}:${port}${path}`,
    bytes: OBJECT_BYTES,
    contentType,
    ranges: true,
  });
  return {
    version: '1.0.0-world',
    targets: sites
      .filter((s) => s.kind === 'target')
      .map((s) => ({ id: s.id, name: s.name, hosts: [s.host, s.domain], objects: [object(s)] })),
    controls: sites
      .filter((s) => s.kind === 'control')
      .map((s) => ({ id: s.id, name: s.name, network: s.network, object: object(s) })),
  };
}

/** Bytes of each site's one object. */
export const objectOf = ({ path, contentType }: WorldSite) => ({ path, bytes: OBJECT_BYTES, contentType });

function site(
  kind: WorldSite['kind'],
  id: string,
  name: string,
  domain: string,
  host: string,
  contentType: string,
  path: string,
): Omit<WorldSite, 'address'> {
  return { kind, id, name, domain, host, contentType, path, network: `${name} network` };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
