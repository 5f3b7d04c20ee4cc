import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names one process for good: a process id alone is reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the system says it: clock ticks since boot on Linux, else what `ps` prints. */
  readonly startedAt: string;
}

/** State letter and start time of a process; `null` when it is gone. */
function processState(pid: number): { state: string; startedAt: string } | null {
  if (process.platform !== 'linux') return stateFromPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces and brackets, so count from the last one: state is field 3, start time 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}

/** The same where there is no `/proc`. */
function stateFromPs(pid: number): { state: string; startedAt: string } | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', `${pid}`], { encoding: 'utf8' });
  const [, state, startedAt] = /^\s*(\S)\S*\s+(.+?)\s*$/.exec(stdout ?? '') ?? [];
  return status !== 0 || state === undefined || startedAt === undefined ? null : { state, startedAt };
}

/** Identity of a running process. */
export function identify(pid: number): ProcessIdentity {
  return { pid, startedAt: processState(pid)?.startedAt ?? '' };
}

/** Whether exactly this process still runs. A zombie holds nothing any more, so it counts as gone. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = processState(identity.pid);
  return now !== null && now.state !== 'Z' && now.state !== 'X' && now.startedAt === identity.startedAt;
}

/** Reads an identity that was written as JSON; `null` when the file is absent or is not one. */
export function readIdentity(path: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, startedAt } = value as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) < 1 || typeof startedAt !== 'string') return null;
    return { pid: pid as number, startedAt };
  } catch {
    return null;
  }
}
