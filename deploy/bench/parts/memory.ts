import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AgentProcess, type Launch, launchHere } from '../../testbed/agent-process.js';
import { FarEnd } from '../far-end.js';
import { type Figure, figure, median } from '../figures.js';
import type { Bench } from '../part.js';
import { residentMb, residentOver, sampledWhile } from '../resident-memory.js';

/** What a volunteer's command starts. */
const AGENT = fileURLToPath(
  new URL('../bin/brakelight-probe.js', import.meta.resolve('@brakelight/probe-agent/cli')),
);
const SETTLE_MS = 4_000;
const OBSERVE_MS = 3_000;
/** Tests of the round whose memory is watched. */
const ROUND = 20;
/** Most tests of one answer. */
const LARGE_ROUND = 100;
/** Long enough for a round and a look at what is left of it. */
const PAUSE_MS = 60_000;
/** Two stretches of the same run differ by about as much by chance. */
const GROWTH = 1.1;

/** Memory of a bare `node`, and of the agent as a volunteer runs it: idle, measuring, idle again, after many tests. */
export async function memory({ options, say, signal }: Bench): Promise<Figure[]> {
  if (residentMb(process.pid) === undefined) throw new Error('there is no /proc that tells resident memory');
  const bare = await bareNode();
  say(`a bare node: ${bare.toFixed(1)} MB`);
  const folder = await mkdtemp(join(tmpdir(), 'brakelight-bench-'));
  try {
    const short = [
      { tests: 0, pollAfterMs: SETTLE_MS + OBSERVE_MS },
      { tests: ROUND, pollAfterMs: PAUSE_MS },
    ];
    const seen = await withAgent(join(folder, 'short'), short, async (pid, far) => {
      await residentOver(pid, SETTLE_MS);
      const fresh = await residentOver(pid, OBSERVE_MS);
      say(`the agent, idle: ${fresh.toFixed(1)} MB`);
      const round = await sampledWhile(pid, () => !signal.aborted && far.coordinator.stored < ROUND);
      say(`measuring: ${Math.max(...round).toFixed(1)} MB at most`);
      await residentOver(pid, SETTLE_MS);
      return { fresh, round, again: await residentOver(pid, OBSERVE_MS) };
    });
    say(`idle again: ${seen.again.toFixed(1)} MB; now ${options.tests} tests`);
    const long = await growth(join(folder, 'long'), options.tests, say, signal);
    const times = (mb: number) => mb / bare;
    return [
      figure('memory', 'bare node', bare, 'MB', null),
      figure('memory', 'agent idle', seen.fresh, 'MB', null),
      figure('memory', 'agent measuring, peak', Math.max(...seen.round), 'MB', null, seen.round),
      figure('memory', 'agent idle after a round', seen.again, 'MB', null),
      figure('memory', 'idle, of a bare node', times(seen.fresh), 'times', { max: 2.2 }),
      figure('memory', 'idle after a round, of a bare node', times(seen.again), 'times', { max: 2.2 }),
      figure('memory', 'measuring, of a bare node', times(Math.max(...seen.round)), 'times', { max: 2.7 }),
      figure(
        'memory',
        `growth over ${options.tests} tests`,
        long.ratio,
        'times',
        { max: GROWTH },
        long.samples,
      ),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A node with a timer and nothing else. */
async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  try {
    await residentOver(pidOf(child), SETTLE_MS);
    return await residentOver(pidOf(child), OBSERVE_MS);
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

/** Tests without a pause: the last fifth of them against the second, when everything has been used once. */
async function growth(home: string, tests: number, say: (text: string) => void, signal: AbortSignal) {
  const rounds = [{ tests: Math.min(LARGE_ROUND, tests), pollAfterMs: 0 }];
  return withAgent(home, rounds, async (pid, far) => {
    const fifths: number[] = [];
    for (let fifth = 1; fifth <= 5; fifth++) {
      const samples = await sampledWhile(
        pid,
        () => !signal.aborted && far.coordinator.stored < (tests * fifth) / 5,
      );
      fifths.push(median(samples));
      say(`${far.coordinator.stored} tests: ${fifths.at(-1)?.toFixed(1)} MB`);
    }
    return { ratio: (fifths[4] ?? Number.NaN) / (fifths[1] ?? Number.NaN), samples: fifths };
  });
}

/** Joins and runs an agent against a coordinator that answers its polls with these rounds. */
async function withAgent<T>(
  home: string,
  rounds: { tests: number; pollAfterMs: number }[],
  watch: (pid: number, far: FarEnd) => Promise<T>,
): Promise<T> {
  const far = new FarEnd(rounds);
  await mkdir(home, { recursive: true });
  const { url, dnsServers, caFile } = await far.listen(home);
  let child: ChildProcess | undefined;
  const launch: Launch = (command, env, log) => {
    const running = launchHere(command, env, log);
    child = running.child;
    return running;
  };
  const setting = { localAddress: '127.0.0.1', targetAllowCidr: '127.0.0.0/8', budget: '100000GB' };
  const agent = new AgentProcess({ ...setting, cli: AGENT, home, dnsServers, ca: caFile }, launch);
  try {
    await agent.join(url, far.coordinator.token);
    await agent.run();
    return await watch(pidOf(child), far);
  } finally {
    await agent.stop();
    await far.close();
  }
}

function pidOf(child: ChildProcess | undefined): number {
  if (child?.pid === undefined) throw new Error('a process could not be started');
  return child.pid;
}
