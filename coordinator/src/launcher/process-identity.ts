import { readFileSync } from 'node:fs';

/** Names one process for good: a process id alone is reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot (`/proc/<pid>/stat`); empty where the system has no `/proc`. */
  readonly startedAt: string;
}

/** State letter and start time of a process on Linux; `null` when it is gone or there is no `/proc`. */
function procStat(pid: number): { state: string; startedAt: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces and brackets, so count from the last one: state is field 3, start time 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}

/** Identity of a running process. */
export function identify(pid: number): ProcessIdentity {
  return { pid, startedAt: procStat(pid)?.startedAt ?? '' };
}

/** Whether exactly this process still runs. A zombie holds nothing any more, so it counts as gone. */
export function isRunning(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = procStat(identity.pid);
  if (stat === null) return process.platform !== 'linux';
  return stat.state !== 'Z' && stat.state !== 'X' && stat.startedAt === identity.startedAt;
}

/** Reads an identity that was written as JSON; `null` when the file is absent or is not one. */
export function readIdentity(path: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, startedAt } = value as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 1 || typeof startedAt !== 'string') return null;
    return { pid: pid as number, startedAt };
  } catch {
    return null;
  }
}
