import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './figures.js';

const SAMPLE_MS = 50;

/** Resident memory of a process in MB; `undefined` when it is gone. */
export function residentMb(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : (Number(kib) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

/** Resident memory, many times while something goes on. */
export async function sampledWhile(pid: number, going: () => boolean): Promise<number[]> {
  const samples: number[] = [];
  while (going()) {
    const mb = residentMb(pid);
    if (mb === undefined) throw new Error('the process that was watched has ended');
    samples.push(mb);
    await sleep(SAMPLE_MS);
  }
  return samples;
}

/** Its median over a time. */
export async function residentOver(pid: number, ms: number): Promise<number> {
  const until = performance.now() + ms;
  return median(await sampledWhile(pid, () => performance.now() < until));
}
