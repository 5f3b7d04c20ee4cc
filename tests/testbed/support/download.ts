import type { AddressFamily } from '@brakelight/shared';
import type { KernelBench } from '../../../deploy/dist/testbed/kernel/bench.js';

/** Downloads with Node's own https, and prints what it saw as one JSON object. */
const CLIENT = `
const { get, Agent } = require('node:https');
const [address, host, bytes, limitMs, source] = process.argv.slice(1);
const start = performance.now();
const seen = { bytes: 0, curve: [], connectMs: null, tlsMs: null, firstMs: null, error: null };
const finish = (error) => { seen.error ??= error; seen.ms = performance.now() - start; console.log(JSON.stringify(seen)); process.exit(); };
const request = get({ host: address, port: 443, servername: host, path: '/object', localAddress: source || undefined, agent: new Agent({ maxCachedSessions: 0 }),
  headers: { host, range: 'bytes=0-' + (bytes - 1) } }, (response) => {
  seen.firstMs = performance.now() - start;
  response.on('data', (chunk) => { seen.bytes += chunk.length; seen.curve.push([performance.now() - start, seen.bytes]); });
  response.on('end', () => finish(null)).on('error', (e) => finish(e.code));
}).on('error', (e) => finish(e.code)).on('socket', (s) => {
  s.on('connect', () => { seen.connectMs = performance.now() - start; });
  s.on('secureConnect', () => { seen.tlsMs = performance.now() - start; });
});
setTimeout(() => finish('timeout'), Number(limitMs));
`;

/** What a client saw of a download; times in milliseconds since it began. */
export interface Seen {
  readonly bytes: number;
  readonly ms: number;
  readonly curve: readonly (readonly [ms: number, bytes: number])[];
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstMs: number | null;
  readonly error: string | null;
}

export interface Download {
  readonly client: string;
  /** Apex of the site. */
  readonly site: string;
  /** Name that is asked for; it decides the SNI. */
  readonly host: string;
  readonly bytes: number;
  readonly limitMs?: number;
  readonly family?: AddressFamily;
  /** Source address; absent: whichever the kernel takes. */
  readonly source?: string;
}

/** @throws Error with the client's last words when it saw nothing at all */
export async function download(
  bench: KernelBench,
  { client, site, host, bytes, limitMs = 6_000, family = 4, source = '' }: Download,
): Promise<Seen> {
  const arguments_ = [bench.siteAddress(site, family), host, String(bytes), String(limitMs), source];
  const command = [process.execPath, '-e', CLIENT, ...arguments_];
  const { stdout, stderr } = await bench.run(client, command, { NODE_EXTRA_CA_CERTS: bench.caFile });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

/** kbit/s from 1.5 s after the first byte on: the bucket is empty then. */
export function steadyKbps({ curve }: Seen): number {
  const begin = curve.find(([ms]) => ms >= (curve[0]?.[0] ?? 0) + 1_500);
  const end = curve.at(-1);
  if (!begin || !end || end === begin) return Number.NaN;
  return ((end[1] - begin[1]) * 8) / (end[0] - begin[0]);
}

/** kbit/s from the first byte to the last. */
export function wholeKbps({ bytes, ms, firstMs }: Seen): number {
  return (bytes * 8) / (ms - (firstMs ?? 0));
}
