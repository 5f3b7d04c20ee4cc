import { join } from 'node:path';
import { AgentProcess, launchHere } from './agent-process.js';
import { Liar } from './liar.js';
import { Random } from './random.js';
import type { World } from './world.js';

export interface PopulationOptions {
  readonly world: World;
  readonly seed: number | string;
  /** Folder for the agents' state directories. */
  readonly folder: string;
  /** The agent's program: `probe-agent/dist/cli.js`. */
  readonly cli: string;
  readonly coordinator: string;
  /** Makes an enrolment token for an owner. */
  readonly token: (owner: string) => Promise<string>;
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

/** So many agents enrol at a time: each is a process of its own. */
const JOINING_AT_ONCE = 4;
const BUDGET = '100GB';

/** All volunteers of a world: real agents as child processes, and the liar. */
export class Population {
  readonly agents: readonly AgentProcess[];
  /** Target that the liar slanders. */
  readonly slandered: string;
  readonly #liars: readonly Liar[];

  private constructor(agents: readonly AgentProcess[], liars: readonly Liar[], slandered: string) {
    this.agents = agents;
    this.slandered = slandered;
    this.#liars = liars;
  }

  /** Enrols everybody, then lets everybody measure. @throws Error when one could not join; the others are stopped */
  static async settle(options: PopulationOptions): Promise<Population> {
    const { world, coordinator, token } = options;
    const random = new Random(options.seed).fork('liar');
    const slandered = random.pick(world.catalogue.targets).id;
    const honest = world.plan.agents.filter((a) => a.character !== 'liar');
    const liars = world.plan.agents.filter((a) => a.character === 'liar');
    const agents = honest.map(
      ({ number, line }) =>
        new AgentProcess(
          {
            cli: options.cli,
            home: join(options.folder, `agent-${number}`),
            localAddress: line.address,
            dnsServers: world.dnsServers,
            ca: world.files.ca,
            targetAllowCidr: '127.0.0.0/8',
            budget: BUDGET,
          },
          launchHere,
        ),
    );
    const queue = honest.map(({ owner }, i) => ({ owner, agent: agents[i] }));
    const next = async (): Promise<void> => {
      for (let one = queue.shift(); one; one = queue.shift())
        await one.agent?.join(coordinator, await token(one.owner));
    };
    await Promise.all(Array.from({ length: JOINING_AT_ONCE }, next));

    const lying: Liar[] = [];
    for (const { owner, line } of liars)
      lying.push(
        new Liar({
          coordinator,
          token: await token(owner),
          localAddress: line.address,
          target: slandered,
          random,
          now: options.now,
          onError: options.onError,
        }),
      );
    const population = new Population(agents, lying, slandered);
    try {
      for (const agent of agents) await agent.run();
      for (const liar of lying) await liar.start();
    } catch (error) {
      await population.stop();
      throw error;
    }
    return population;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.agents.map((a) => a.stop()), ...this.#liars.map((l) => l.stop())]);
  }
}
