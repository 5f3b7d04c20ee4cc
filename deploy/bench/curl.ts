import type { KernelBench } from '../testbed/kernel/bench.js';

/** A download as curl saw it. */
export interface CurlTransfer {
  readonly bytes: number;
  /** From the request to the last byte, milliseconds. */
  readonly ms: number;
}

/** Fetches an object with curl in a namespace of the bench. @throws Error where curl is missing or fails */
export async function curl(
  bench: KernelBench,
  namespace: string,
  url: string,
  options: { readonly bytes?: number; readonly maxSeconds?: number } = {},
): Promise<CurlTransfer> {
  const { hostname } = new URL(url);
  const site = hostname.split('.').slice(-2).join('.');
  const { exitCode, stdout, stderr } = await bench.run(namespace, [
    'curl',
    ...['--silent', '--show-error', '--output', '/dev/null', '--http1.1', '--cacert', bench.caFile],
    ...['--resolve', `${hostname}:443:${bench.siteAddress(site)}`],
    ...(options.bytes === undefined ? [] : ['--range', `0-${options.bytes - 1}`]),
    ...(options.maxSeconds === undefined ? [] : ['--max-time', String(options.maxSeconds)]),
    ...['--write-out', '%{size_download} %{time_pretransfer} %{time_total}', url],
  ]);
  const [bytes, before, total] = stdout.split(' ').map(Number);
  const cut = exitCode === 28 && options.maxSeconds !== undefined;
  if ((exitCode !== 0 && !cut) || bytes === undefined || before === undefined || total === undefined)
    throw new Error(`curl ended with ${exitCode}: ${stderr.trim()}`);
  return { bytes, ms: (total - before) * 1_000 };
}
