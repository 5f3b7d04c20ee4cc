import { isIP } from 'node:net';
import type { Catalogue, DrawnArm, DrawnTest, TestKind } from '@brakelight/shared';
import type { AddressPolicy } from '../net/addresses.js';
import { unlisted } from './target-list.js';

/** A drawn test is begun within this time of being fetched, or not at all. */
export const TEST_LIFETIME_MS = 3_600_000;
/** Most bytes an arm may ask for in a round that is not deep. */
const MAX_SHALLOW_BYTES = 1_000_000;

const ARMS: Readonly<Record<TestKind, string>> = { platform: 'AB', swap: 'CD' };

/**
 * Judges a drawn test before any packet: the coordinator's signature says who drew it, not that it is harmless.
 * @returns why it is refused; `undefined` when it may run
 */
export function refusal(
  test: DrawnTest,
  context: {
    readonly kinds: readonly TestKind[];
    readonly addresses: AddressPolicy;
    /** What this coordinator measures, as it tells everybody. */
    readonly list: Catalogue | undefined;
    readonly issuedAt: string;
  },
): string | undefined {
  if (!context.kinds.includes(test.kind)) return `there is no consent to ${test.kind} tests`;
  const names = test.arms
    .map((a) => a.arm)
    .sort()
    .join('');
  if (names !== ARMS[test.kind]) return `a ${test.kind} test has arms ${ARMS[test.kind]}, not ${names}`;
  const age = Date.parse(context.issuedAt) - Date.parse(test.drawnAt);
  if (age > TEST_LIFETIME_MS || age < -60_000) return `it was drawn at ${test.drawnAt}, which is not now`;
  const [first, second] = test.arms;
  if (first?.direction !== second?.direction) return 'its arms run in different directions';
  if (first?.ladder.join() !== second?.ladder.join()) return 'its arms ask for different numbers of bytes';
  for (const arm of test.arms) {
    const why = armRefusal(arm, test, context.addresses);
    if (why) return `arm ${arm.arm}: ${why}`;
  }
  return unlisted(test, context.list);
}

function armRefusal(arm: DrawnArm, test: DrawnTest, addresses: AddressPolicy): string | undefined {
  const url = new URL(arm.url);
  if (url.protocol !== 'https:') return 'only https is measured';
  if (url.username || url.password) return 'its address carries credentials';
  if (!addresses.allowsHost(url.hostname)) return `${url.hostname} is not a public host`;
  if (arm.connect && !addresses.allows(arm.connect.address))
    return `${arm.connect.address} is not a public address`;
  if (arm.connect && isIP(arm.connect.address) !== test.family)
    return `${arm.connect.address} is no IPv${test.family} address, which was drawn`;
  if (test.kind === 'swap' && (!arm.connect || arm.trust.kind !== 'pins'))
    return 'a name may be borrowed only towards a pinned measurement server';
  if (test.kind === 'platform' && (arm.connect || arm.trust.kind !== 'web'))
    return 'a platform is asked at its own address and proves itself as the web does';
  if (arm.ladder.some((step, i) => i > 0 && step <= (arm.ladder[i - 1] ?? 0)))
    return 'its ladder does not ascend';
  const most = arm.ladder.at(-1) ?? 0;
  if (!test.deep && most > MAX_SHALLOW_BYTES)
    return `${most} bytes are too many for a round that is not deep`;
  return undefined;
}
