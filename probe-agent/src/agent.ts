import type { KeyObject } from 'node:crypto';
import { Budget, mergeLimits } from './budget/budget.js';
import type { Config } from './config.js';
import { Coordinator } from './coordinator/coordinator.js';
import { HttpClient } from './coordinator/http.js';
import type { AgentEvent, AgentLogger } from './loop/events.js';
import { ProbeLoop } from './loop/probe-loop.js';
import { StatusBoard } from './loop/status-board.js';
import type { Measure } from './measure/measure.js';
import { AddressPolicy } from './net/addresses.js';
import { reachableFamilies } from './net/families.js';
import { Delivery } from './spool/delivery.js';
import { Spool } from './spool/spool.js';
import type { Home, Membership } from './state/home.js';
import type { Lock } from './state/lock.js';
import { TestsInHand } from './work/in-hand.js';
import { TargetList } from './work/target-list.js';

/** What the composition root is given; everything else it builds. */
export interface AgentParts {
  readonly config: Config;
  readonly home: Home;
  readonly lock: Lock;
  readonly membership: Membership;
  readonly privateKey: KeyObject;
  readonly measure: Measure;
  readonly methodVersion: string;
  readonly logger: AgentLogger;
  readonly now: () => number;
  readonly random: () => number;
  readonly onEvent: (event: AgentEvent) => void;
}

/** Builds a whole agent out of its parts: the only place where they meet. */
export async function composeAgent(parts: AgentParts): Promise<ProbeLoop> {
  const { config, home, membership, logger, now } = parts;
  const limits = mergeLimits(await home.limits.read(), config.limits);
  const budget = await Budget.open(home.spent, limits, now);
  const board = await StatusBoard.open(home.activity);
  const { spool, damaged } = await Spool.open(home.spoolFolder, config.spoolMaxBytes);

  const http = new HttpClient(membership.coordinator, config.localAddress, (bytes) => budget.note(bytes));
  const signer = { keyId: membership.probeId, privateKey: parts.privateKey };
  const coordinator = new Coordinator(http, signer, membership.coordinatorPublicKey, now);

  const at = () => new Date(now()).toISOString();
  const dropped = async (id: string, reason: string) => {
    logger.warn({ id, reason }, 'a result was dropped');
    await board.set({
      dropped: board.current.dropped + 1,
      lastDropped: { id, reason, at: at() },
    });
    parts.onEvent({ event: 'dropped', id, reason });
  };
  for (const { id, reason } of damaged) await dropped(id, reason);

  const delivery = new Delivery(
    coordinator,
    spool,
    {
      dropped,
      stored: async (entries) => {
        const last = entries.at(-1);
        const lastStored = last && {
          id: last.id,
          target: last.target,
          measuredAt: last.measuredAt,
          at: at(),
        };
        await board.set({
          stored: board.current.stored + entries.length,
          ...(lastStored && { lastStored }),
        });
        for (const { id } of entries) parts.onEvent({ event: 'stored', id });
      },
    },
    now,
  );

  const addresses = new AddressPolicy(config.targetAllowCidr);
  return new ProbeLoop({
    home,
    lock: parts.lock,
    coordinator,
    spool,
    spoolMaxBytes: config.spoolMaxBytes,
    inHand: new TestsInHand(home.inHand),
    targets: new TargetList(home.catalogue, (signal) => coordinator.catalogue(signal), logger),
    delivery,
    budget,
    board,
    addresses,
    families: () => reachableFamilies(config.localAddress, addresses),
    measure: parts.measure,
    methodVersion: parts.methodVersion,
    logger,
    now,
    random: parts.random,
    onEvent: parts.onEvent,
  });
}
