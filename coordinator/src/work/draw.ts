import { isIP } from 'node:net';
import type {
  AddressFamily,
  Catalogue,
  CatalogueControl,
  CatalogueObject,
  CatalogueTarget,
  Direction,
  DrawnArm,
  DrawnTest,
  TestKind,
} from '@brakelight/shared';
import { ulid } from 'ulid';
import { isResolved } from '../catalogue/resolved.js';
import { neutralName } from './neutral-name.js';
import type { Tickets } from './ticket.js';

/** Steps of the ladder in bytes (method section 2). */
const LADDER = [96_000, 256_000, 512_000];
/** A deep round sees buckets of 100 kB and more, and caps of 0.5-5 Mbit/s. */
const DEEP_LADDER = [...LADDER, 1_000_000];
/** What an arm costs beside its body: handshakes, headers, acknowledgements. */
const OVERHEAD_BYTES = 16_000;
/** Neutral names for each trigger. */
const NEUTRAL_NAMES = 2;
/** One swap pair in so many is an upload: some censors slow one direction only. */
const UPLOAD_ONE_IN = 4;
/** One test in so many is run over IPv6 where the probe has both: most volunteers' lines are IPv4. */
const IPV6_ONE_IN = 4;

/** Our own server for arms C and D: where it is reached, at most once in each family. */
export interface MeasurementServer {
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
  readonly pins: readonly string[];
}

export interface DrawDeps {
  readonly catalogue: Catalogue;
  readonly measurementServer: MeasurementServer | undefined;
  readonly tickets: Tickets;
  readonly neutralKey: Buffer;
  /** Uniform integer in [0, n): cryptographic, because nobody may foresee the order of the arms. */
  readonly randomInt: (n: number) => number;
}

export interface DrawRequest {
  readonly probeId: string;
  readonly kind: TestKind;
  readonly target: CatalogueTarget;
  readonly deep: boolean;
  /** That the probe has; for a swap pair {@link swapFamilies} of them. At least one. */
  readonly families: readonly AddressFamily[];
  /** Unix milliseconds. */
  readonly at: number;
}

/** Families in which a probe reaches our own server; none where it does not. */
export function swapFamilies(families: readonly AddressFamily[], server: MeasurementServer): AddressFamily[] {
  return families.filter((family) => endpointIn(family, server) !== undefined);
}

/** Draws one test: object, control, ladder, direction, address family, and the order of the arms by the toss of a coin. */
export function drawTest(request: DrawRequest, deps: DrawDeps): DrawnTest {
  const { kind, probeId, target, at } = request;
  const direction = kind === 'swap' && deps.randomInt(UPLOAD_ONE_IN) === 0 ? 'upload' : 'download';
  const drawn = kind === 'platform' ? platformArms(request, deps) : swapArms(request, direction, deps);
  const arms = deps.randomInt(2) === 0 ? drawn.arms : drawn.arms.toReversed();
  const terms = {
    id: ulid(at),
    kind,
    target: target.id,
    control: drawn.control,
    deep: request.deep,
    drawnAt: new Date(at).toISOString(),
  };
  const order = arms.map((arm) => arm.arm);
  const ticket = deps.tickets.issue({ ...terms, probeId }, { order, direction, family: drawn.family });
  return { ...terms, family: drawn.family, arms, ticket };
}

function endpointIn(family: AddressFamily, { endpoints }: MeasurementServer) {
  return endpoints.find(({ address }) => isIP(address) === family);
}

function drawFamily(families: readonly AddressFamily[], randomInt: DrawDeps['randomInt']): AddressFamily {
  if (families.length === 0) throw new Error('a test was drawn for a probe without a network');
  const [only, other] = new Set(families);
  if (other === undefined) return only as AddressFamily;
  return randomInt(IPV6_ONE_IN) === 0 ? 6 : 4;
}

/** Most bytes a drawn test can cost its volunteer. */
export function worstCost(test: DrawnTest): number {
  return test.arms.reduce((sum, arm) => sum + (arm.ladder.at(-1) ?? 0) + OVERHEAD_BYTES, 0);
}

type Arms = { arms: DrawnArm[]; control: string | null; family: AddressFamily };

function platformArms({ target, deep, families }: DrawRequest, deps: DrawDeps): Arms {
  const object = pick(target.objects.filter(isResolved), deps.randomInt);
  const control: CatalogueControl = pick(deps.catalogue.controls, deps.randomInt);
  const ladder = ladderFor(deep, Math.min(object.bytes, control.object.bytes));
  const family = drawFamily(commonFamilies(families, [object, control.object]), deps.randomInt);
  return {
    arms: [webArm('A', object, ladder), webArm('B', control.object, ladder)],
    control: control.id,
    family,
  };
}

/** Of the probe's families those in which both objects are known or thought to lie; all where that leaves none. */
function commonFamilies(
  families: readonly AddressFamily[],
  objects: readonly CatalogueObject[],
): readonly AddressFamily[] {
  const common = families.filter((family) =>
    objects.every((object) => object.families?.includes(family) ?? true),
  );
  return common.length > 0 ? common : families;
}

function webArm(arm: 'A' | 'B', object: CatalogueObject, ladder: number[]): DrawnArm {
  return {
    arm,
    direction: 'download',
    url: object.url,
    connect: null,
    trust: { kind: 'web' },
    ladder,
    ask: 'range',
  };
}

function swapArms({ target, deep, families }: DrawRequest, direction: Direction, deps: DrawDeps): Arms {
  const family = drawFamily(families, deps.randomInt);
  const server = deps.measurementServer;
  const endpoint = server && endpointIn(family, server);
  if (!endpoint) throw new Error(`a swap test was drawn without a measurement server in IPv${family}`);
  const trigger = target.hosts[0] as string;
  const neutral = neutralName(deps.neutralKey, trigger, deps.randomInt(NEUTRAL_NAMES));
  const arm = (name: 'C' | 'D', host: string): DrawnArm => ({
    arm: name,
    direction,
    url: `https://${host}/v1/${direction === 'upload' ? 'up' : 'down'}`,
    connect: { ...endpoint },
    trust: { kind: 'pins', pins: [...server.pins] },
    ladder: ladderFor(deep, Number.POSITIVE_INFINITY),
    ask: 'query',
  });
  return { arms: [arm('C', trigger), arm('D', neutral)], control: null, family };
}

/** Both arms ask for the same bytes, and for no more than the smaller object has. */
function ladderFor(deep: boolean, available: number): number[] {
  const steps = (deep ? DEEP_LADDER : LADDER).filter((step) => step <= available);
  return steps.length > 0 ? steps : [Math.max(1000, available)];
}

function pick<T>(from: readonly T[], randomInt: (n: number) => number): T {
  return from[randomInt(from.length)] as T;
}
