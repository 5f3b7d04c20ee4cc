import type { ArmEnd, InvalidReason, TestClass } from '@brakelight/shared';
import type { KernelClient } from '../../deploy/dist/testbed/kernel/bench.js';
import type { KernelRule, PacketAction } from '../../deploy/dist/testbed/kernel/censor-rules.js';

/** The platform of the table; its name is what the censor looks for. */
export const TARGET = 'chirp.example';
export const CONTROL = 'mirror.example';
/** Address of {@link TARGET} on the bench: first of the servers. */
const TARGET_ADDRESS = '10.77.200.10';
const MEASUREMENT_ADDRESS = '10.77.200.12';

/** An arm's end in one word: `fast`, `slow`, `stalled`, `tls/reset`, ... */
export type EndName = string;

/** What the test of a row is called: its class, or why it says nothing. */
export type Outcome = TestClass | InvalidReason;

/** One row: what the network is like, what the censor does, what must come out. */
export interface QaRow {
  readonly name: string;
  readonly line?: Partial<KernelClient>;
  /** Added to the round trip of the target. */
  readonly targetExtraRttMs?: number;
  readonly congestion?: 'bbr' | 'cubic';
  readonly censor: readonly KernelRule[];
  /** The deep ladder (1 MB). */
  readonly deep?: boolean;
  /** Another download of this client fills the line meanwhile. */
  readonly competing?: boolean;
  readonly expect: {
    /** Ends of arm A that are right; absent: any. */
    readonly end?: readonly EndName[];
    /** What the platform test may be called. */
    readonly test: readonly Outcome[];
    /** The swap pair: the trigger is the slower arm, or neither is by much; absent: not looked at. */
    readonly swap?: 'trigger-slower' | 'alike';
  };
}

/** An arm's end as the table names it. */
export function endName(end: ArmEnd): EndName {
  switch (end.kind) {
    case 'decided':
      return end.as;
    case 'failed':
      return `${end.phase}/${end.class}`;
    case 'aborted':
      return `aborted/${end.reason}`;
    default:
      return end.kind;
  }
}

const sni = (action: PacketAction): readonly KernelRule[] => [{ trigger: { sni: TARGET }, action }];
const address = (action: PacketAction): readonly KernelRule[] => [
  { trigger: { address: TARGET_ADDRESS }, action },
  { trigger: { address: MEASUREMENT_ADDRESS }, action },
];
const police = (kbps: number, bucketBytes: number) => ({ kind: 'police', kbps, bucketBytes }) as const;

const SLOW = { end: ['slow'], test: ['slow'], swap: 'trigger-slower' } as const;
const OPEN = { test: ['normal'], swap: 'alike' } as const;
const blocked = (...end: EndName[]) => ({ end, test: ['blocked'] }) as const;

const POLICED: readonly QaRow[] = ([20_000, 37_000, 77_000] as const).flatMap((bucketBytes) =>
  (['bbr', 'cubic'] as const).map((congestion) => ({
    name: `policed by SNI to 140 kbit/s, bucket ${bucketBytes / 1000} kB, ${congestion}`,
    congestion,
    censor: sni(police(140, bucketBytes)),
    expect: SLOW,
  })),
);

export const QA_TABLE: readonly QaRow[] = [
  { name: 'open, 30 Mbit/s', censor: [], expect: { ...OPEN, end: ['fast'] } },
  {
    name: 'open, 5 Mbit/s',
    line: { downKbps: 5_000, upKbps: 5_000 },
    censor: [],
    expect: { ...OPEN, end: ['fast'] },
  },
  {
    name: 'open, target at 150 ms and control at 10 ms',
    line: { rttMs: 10 },
    targetExtraRttMs: 140,
    censor: [],
    expect: OPEN,
  },
  ...POLICED,
  {
    name: 'policed by SNI to 1 Mbit/s, bucket 185 kB, deep round',
    censor: sni(police(1_000, 185_000)),
    deep: true,
    expect: { test: ['slow'], swap: 'trigger-slower' },
  },
  {
    name: 'shaped to 140 kbit/s',
    censor: sni({ kind: 'shape', kbps: 140, queueBytes: 60_000 }),
    expect: SLOW,
  },
  {
    name: 'policed upload only',
    censor: sni({ ...police(140, 20_000), direction: 'upload' }),
    expect: OPEN,
  },
  {
    name: 'policed download only',
    censor: sni({ ...police(140, 20_000), direction: 'download' }),
    expect: SLOW,
  },
  {
    name: 'whole line 1 Mbit/s',
    line: { downKbps: 1_000, upKbps: 1_000 },
    censor: [],
    expect: { test: ['normal', 'slow-line'], swap: 'alike' },
  },
  // A lossy or a shared line may make either arm the slow one: the set that is allowed.
  { name: '3 % loss', line: { loss: 0.03 }, censor: [], expect: { test: ['normal', 'slow', 'slow-line'] } },
  {
    name: 'competing download on 5 Mbit/s',
    line: { downKbps: 5_000, upKbps: 5_000 },
    censor: [],
    competing: true,
    expect: { test: ['normal', 'slow', 'slow-line', 'control-failed'] },
  },
  {
    name: 'reset on SNI',
    censor: sni({ kind: 'reset' }),
    expect: { ...blocked('tls/reset'), swap: 'trigger-slower' },
  },
  {
    name: 'silence on SNI',
    censor: sni({ kind: 'silence' }),
    expect: { ...blocked('tls/timeout'), swap: 'trigger-slower' },
  },
  { name: 'address blocked', censor: address({ kind: 'silence' }), expect: blocked('tcp/timeout') },
  {
    name: 'address unreachable',
    censor: address({ kind: 'unreachable' }),
    expect: blocked('tcp/unreachable'),
  },
  {
    name: 'freeze after 16 kB on SNI',
    censor: sni({ kind: 'freeze', afterBytes: 16_384 }),
    expect: { end: ['stalled'], test: ['stalled'], swap: 'trigger-slower' },
  },
  {
    name: 'freeze after 16 kB on address',
    censor: address({ kind: 'freeze', afterBytes: 16_384 }),
    expect: { end: ['stalled'], test: ['stalled'] },
  },
  {
    name: 'NXDOMAIN',
    censor: [{ dns: TARGET, action: { kind: 'nxdomain' } }],
    expect: blocked('dns/nxdomain'),
  },
  {
    name: 'DNS silence',
    censor: [{ dns: TARGET, action: { kind: 'silence' } }],
    expect: blocked('dns/timeout'),
  },
  {
    name: 'forged DNS answer',
    censor: [{ dns: TARGET, action: { kind: 'forged', address: '127.0.0.1' } }],
    expect: blocked('dns/dns-bogon'),
  },
  {
    name: 'interception by another key',
    censor: [{ intercept: { sni: TARGET } }],
    expect: { ...blocked('tls/certificate'), swap: 'trigger-slower' },
  },
  {
    name: 'handshake slowed to 3 s',
    censor: [{ slowHandshake: { sni: TARGET, ms: 3_000 } }],
    expect: { test: ['slow'] },
  },
  {
    name: 'throttle that starts in the middle of a transfer',
    censor: sni({ ...police(140, 20_000), afterBytes: 40_000 }),
    expect: SLOW,
  },
  {
    name: 'throttle with 10-minute memory',
    censor: sni({ ...police(140, 20_000), memorySeconds: 600 }),
    expect: SLOW,
  },
];
