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

/** So many agents arrive at a time: each is a process of its own, and all of them at once would measure the machine. */
const ARRIVING_AT_ONCE = 3;
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

  /** Lets one after another enrol and begin to measure. @throws Error when one could not join; the others are stopped */
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
    const lying = liars.map(
      ({ line }) =>
        new Liar({
          coordinator,
          localAddress: line.address,
          target: slandered,
          random,
          now: options.now,
          onError: options.onError,
        }),
    );
    const population = new Population(agents, lying, slandered);
    const arrivals: (() => Promise<void>)[] = [
      ...agents.map((agent, i) => async () => {
        await agent.join(coordinator, await token(honest[i]?.owner ?? ''));
        await agent.run();
      }),
      ...lying.map((liar, i) => async () => liar.start(await token(liars[i]?.owner ?? ''))),
    ];
    const arrive = async (): Promise<void> => {
      for (let next = arrivals.shift(); next; next = arrivals.shift()) await next();
    };
    try {
      await Promise.all(Array.from({ length: ARRIVING_AT_ONCE }, arrive));
    } catch (error) {
      arrivals.length = 0;
      await population.stop();
      throw error;
    }
    return population;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.agents.map((a) => a.stop()), ...this.#liars.map((l) => l.stop())]);
  }
}
