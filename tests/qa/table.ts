import type { KernelRule, PacketAction } from '../../deploy/dist/testbed/kernel/censor-rules.js';
import type { QaRow } from './row.js';

/** The platform of the table; its name is what the censor looks for. */
export const TARGET = 'chirp.example';
export const CONTROL = 'mirror.example';
/** Addresses of {@link TARGET} and of the measurement server on the bench: first and third of the servers. */
const TARGET_ADDRESS = '10.77.200.10';
const MEASUREMENT_ADDRESS = '10.77.200.12';

const sni = (action: PacketAction) => named(TARGET, action);
const named = (sni: string, action: PacketAction): readonly KernelRule[] => [{ trigger: { sni }, action }];
const address = (action: PacketAction): readonly KernelRule[] => [
  { trigger: { address: TARGET_ADDRESS }, action },
  { trigger: { address: MEASUREMENT_ADDRESS }, action },
];
const police = (kbps: number, bucketBytes: number) => ({ kind: 'police', kbps, bucketBytes }) as const;
const mbps = (rate: number) => ({ downKbps: rate * 1000, upKbps: rate * 1000 });

const OPEN = { end: ['fast'], test: ['normal'], swap: 'alike', mechanism: null } as const;
const SLOW = {
  end: ['slow'],
  test: ['slow'],
  swap: 'trigger-slower',
  triggerEnd: ['slow'],
  mechanism: 'policing',
} as const;
/** The name is blocked, at our own server too. */
const BLOCKED = { test: ['blocked'], swap: 'trigger-slower' } as const;

const OPEN_ROWS: readonly QaRow[] = [
  { name: 'open 30 Mbit/s', alone: true, censor: [], expect: { ...OPEN, upload: 'alike' } },
  {
    name: 'open 30 Mbit/s over IPv6',
    alone: true,
    family: 6,
    censor: [],
    expect: { ...OPEN, upload: 'alike' },
  },
  { name: 'open 5 Mbit/s', alone: true, line: mbps(5), censor: [], expect: { ...OPEN, upload: 'alike' } },
  {
    name: 'open with the target at 150 ms and the control at 10 ms',
    alone: true,
    line: { rttMs: 10 },
    platform: { extraRttMs: 140 },
    censor: [],
    // Slow start over 150 ms may look too slow for FAST; it is no throttle.
    expect: { ...OPEN, end: ['fast', 'complete'] },
  },
  {
    name: 'open with a platform that thinks for 4 s',
    alone: true,
    platform: { thinkMs: 4_000 },
    censor: [],
    expect: OPEN,
  },
];

const POLICED_ROWS: readonly QaRow[] = [
  ...([20, 37, 77] as const).flatMap((bucketKb) =>
    (['bbr', 'cubic'] as const).map((congestion) => ({
      name: `policed by SNI to 140 kbit/s with a bucket of ${bucketKb} kB (${congestion})`,
      congestion,
      censor: sni(police(140, bucketKb * 1000)),
      expect: SLOW,
    })),
  ),
  {
    name: 'policed by SNI to 140 kbit/s over IPv6',
    family: 6,
    censor: sni(police(140, 20_000)),
    expect: SLOW,
  },
  {
    name: 'policed by SNI to 1 Mbit/s with a bucket of 185 kB in an ordinary round',
    alone: true,
    censor: sni(police(1_000, 185_000)),
    // The whole transfer fits into the bucket.
    expect: OPEN,
  },
  {
    name: 'policed by SNI to 1 Mbit/s with a bucket of 185 kB in a deep round',
    alone: true,
    deep: true,
    censor: sni(police(1_000, 185_000)),
    expect: { end: ['cap-time', 'complete'], test: ['slow'], swap: 'trigger-slower' },
  },
  {
    name: 'shaped by SNI to 140 kbit/s',
    censor: sni({ kind: 'shape', kbps: 140, queueBytes: 60_000 }),
    expect: { ...SLOW, mechanism: 'shaping' },
  },
  {
    name: 'shaped by SNI to half of a 30 Mbit/s line',
    alone: true,
    censor: sni({ kind: 'shape', kbps: 15_000, queueBytes: 100_000 }),
    // A limit of the method: the first 96 kB are slow start, and no slower for it.
    expect: OPEN,
  },
  {
    name: 'policed by SNI in uploads only',
    censor: sni({ ...police(140, 20_000), direction: 'upload' }),
    expect: { ...OPEN, upload: 'trigger-slower' },
  },
  {
    name: 'policed by SNI in downloads only',
    censor: sni({ ...police(140, 20_000), direction: 'download' }),
    expect: { ...SLOW, upload: 'alike' },
  },
  {
    name: 'policed by SNI from the middle of a transfer on',
    censor: sni({ ...police(140, 20_000), afterBytes: 40_000 }),
    expect: SLOW,
  },
  {
    name: 'policed by SNI from 200 kB on in a deep round',
    alone: true,
    deep: true,
    censor: sni({ ...police(140, 20_000), afterBytes: 200_000 }),
    expect: SLOW,
  },
  {
    name: 'policed by SNI to 64 kbit/s behind a SYN that is lost',
    censor: [...sni(police(64, 10_000)), { loseSyn: { address: TARGET_ADDRESS } }],
    // A handshake of more than a second is no long round trip that would excuse it.
    expect: SLOW,
  },
  // The platform is silent for 1.5 s before it answers; our own server is not.
  {
    name: 'policed by SNI with a memory of 10 minutes through a pause',
    platform: { thinkMs: 1_500 },
    censor: sni({ ...police(140, 20_000), memorySeconds: 600 }),
    expect: SLOW,
  },
  {
    name: 'policed by SNI with a memory shorter than a pause',
    platform: { thinkMs: 1_500 },
    censor: sni({ ...police(140, 20_000), memorySeconds: 1 }),
    expect: { ...SLOW, end: ['fast'], test: ['normal'] },
  },
];

const ON_IPV4: readonly KernelRule[] = [{ family: 4, trigger: { sni: TARGET }, action: police(140, 20_000) }];

/** Whom the censor means, and whom it hits. */
const AIMED_ROWS: readonly QaRow[] = [
  {
    name: 'policed by a name that nobody asks for',
    alone: true,
    censor: named('crane.example', police(140, 20_000)),
    expect: { ...OPEN, upload: 'alike' },
  },
  {
    name: 'policed by the domain that all names share',
    censor: named('example', police(140, 20_000)),
    // Control and neutral name are as slow: the line's own trouble looks the same.
    expect: { end: ['slow'], test: ['slow-line'], swap: 'nothing', triggerEnd: ['slow'] },
  },
  {
    name: "policed by the control's name",
    alone: true,
    censor: named(CONTROL, police(140, 20_000)),
    expect: { ...OPEN, test: ['slow-line'] },
  },
  {
    name: "policed by the platform's address",
    alone: true,
    censor: [{ trigger: { address: TARGET_ADDRESS }, action: police(140, 20_000) }],
    // The name is no slower at our own server.
    expect: { ...OPEN, end: ['slow'], test: ['slow'] },
  },
  // One network, two families: each test says its own.
  { name: 'policed by SNI on IPv4 only as IPv4 sees it', censor: ON_IPV4, expect: SLOW },
  {
    name: 'policed by SNI on IPv4 only as IPv6 sees it',
    alone: true,
    family: 6,
    censor: ON_IPV4,
    expect: OPEN,
  },
];

const TROUBLED_LINE_ROWS: readonly QaRow[] = [
  {
    name: 'whole line 1 Mbit/s',
    alone: true,
    line: mbps(1),
    censor: [],
    expect: {
      end: ['complete', 'cap-time'],
      test: ['normal', 'slow-line'],
      swap: 'alike',
      mechanism: 'congestion',
    },
  },
  // Chance makes either arm the slow one.
  {
    name: '3 % loss on both',
    alone: true,
    line: { loss: 0.03 },
    censor: [],
    expect: {
      end: ['fast', 'slow', 'complete', 'cap-time'],
      test: ['normal', 'slow', 'slow-line'],
    },
  },
  {
    name: 'competing download on 5 Mbit/s',
    alone: true,
    line: mbps(5),
    competing: true,
    censor: [],
    expect: {
      end: ['fast', 'slow', 'complete', 'cap-time'],
      test: ['normal', 'slow', 'slow-line'],
    },
  },
];

const BLOCKED_ROWS: readonly QaRow[] = [
  {
    name: 'reset on SNI',
    censor: sni({ kind: 'reset' }),
    expect: { ...BLOCKED, end: ['tls/reset'], triggerEnd: ['tls/reset'] },
  },
  {
    name: 'reset on SNI over IPv6',
    family: 6,
    censor: sni({ kind: 'reset' }),
    expect: { ...BLOCKED, end: ['tls/reset'], triggerEnd: ['tls/reset'] },
  },
  {
    name: 'reset on SNI after 64 kB',
    censor: sni({ kind: 'reset', afterBytes: 64_000 }),
    // As fast as any until it is cut. libuv tells a reset that comes with the last bytes as a close.
    expect: { ...BLOCKED, end: ['body/reset', 'body/closed'], triggerEnd: ['body/reset', 'body/closed'] },
  },
  {
    name: 'silence on SNI',
    censor: sni({ kind: 'silence' }),
    expect: { ...BLOCKED, end: ['tls/timeout'], triggerEnd: ['tls/timeout'] },
  },
  {
    name: 'address blocked by silence',
    censor: address({ kind: 'silence' }),
    expect: { ...BLOCKED, end: ['tcp/timeout'], triggerEnd: ['tcp/timeout'], swap: 'nothing' },
  },
  {
    name: 'address blocked as unreachable',
    censor: address({ kind: 'unreachable' }),
    expect: { ...BLOCKED, end: ['tcp/unreachable'], triggerEnd: ['tcp/unreachable'], swap: 'nothing' },
  },
  {
    name: 'freeze after 16 kB on SNI',
    censor: sni({ kind: 'freeze', afterBytes: 16_384 }),
    expect: {
      end: ['stalled'],
      test: ['stalled'],
      swap: 'trigger-slower',
      triggerEnd: ['stalled'],
      mechanism: null,
    },
  },
  {
    name: 'freeze after 16 kB on address',
    censor: address({ kind: 'freeze', afterBytes: 16_384 }),
    // Whatever the name: our server freezes in both arms.
    expect: {
      end: ['stalled'],
      test: ['stalled'],
      swap: 'nothing',
      triggerEnd: ['stalled'],
      mechanism: null,
    },
  },
  // A lie about the name says nothing of connections to our server's address.
  {
    name: 'NXDOMAIN',
    censor: [{ dns: TARGET, action: { kind: 'nxdomain' } }],
    expect: { ...BLOCKED, end: ['dns/nxdomain'], swap: 'alike' },
  },
  {
    name: 'DNS silence',
    censor: [{ dns: TARGET, action: { kind: 'silence' } }],
    expect: { ...BLOCKED, end: ['dns/timeout'], swap: 'alike' },
  },
  {
    name: 'forged DNS answer',
    censor: [{ dns: TARGET, action: { kind: 'forged', address: '127.0.0.1' } }],
    expect: { ...BLOCKED, end: ['dns/dns-bogon'], swap: 'alike' },
  },
  {
    name: 'interception by another key',
    censor: [{ intercept: { sni: TARGET } }],
    expect: { ...BLOCKED, end: ['tls/certificate'], triggerEnd: ['tls/pin-mismatch'] },
  },
  {
    name: 'interception by a key that is trusted',
    censor: [{ intercept: { sni: TARGET, trusted: true } }],
    // A page with status 200 in the place of the object.
    expect: { ...BLOCKED, end: ['short'], triggerEnd: ['tls/pin-mismatch'] },
  },
  {
    name: 'handshake slowed to 3 s',
    censor: [{ slowHandshake: { sni: TARGET, ms: 3_000 } }],
    // The rate behind the handshake is the line's.
    expect: { ...OPEN, test: ['slow'], swap: 'trigger-slower' },
  },
];

export const QA_TABLE: readonly QaRow[] = [
  ...OPEN_ROWS,
  ...POLICED_ROWS,
  ...AIMED_ROWS,
  ...TROUBLED_LINE_ROWS,
  ...BLOCKED_ROWS,
];

/** Nothing here discriminates by name: the swap channel must stay silent. */
export const NULL_ROWS: ReadonlySet<QaRow> = new Set([...OPEN_ROWS, ...TROUBLED_LINE_ROWS]);
