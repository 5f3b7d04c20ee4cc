import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Coordinator, introduce } from '@brakelight/probe-agent/coordinator/coordinator';
import { HttpClient } from '@brakelight/probe-agent/coordinator/http';
import { AGENT_VERSION } from '@brakelight/probe-agent/version';
import {
  type ArmObservation,
  CONSENT_TEXTS,
  type Consent,
  type DrawnArm,
  type DrawnTest,
  exportPublicKey,
  fingerprint,
  METHOD_VERSION,
  type TestResult,
} from '@brakelight/shared';
import type { Random } from './random.js';

export interface LiarOptions {
  readonly coordinator: string;
  readonly localAddress: string;
  /** The platform it slanders. */
  readonly target: string;
  readonly random: Random;
  /** Wall time in ms. */
  readonly now: () => number;
  /** Told what went wrong; the liar goes on. */
  readonly onError: (error: Error) => void;
}

const SLOW_KBPS = 130;
const FAST_KBPS = 18_000;
const SLOW_DECIDED_MS = 2_600;
/** Longest pause between two polls: a liar is eager. */
const MAX_PAUSE_MS = 60_000;

/**
 * A probe that never measures: it speaks the same wire with a key of its own, takes its work, and reports its platform
 * as throttled and everything else as fast, times and curves made up to fit. One such volunteer must not raise an incident.
 */
export class Liar {
  readonly #options: LiarOptions;
  readonly #http: HttpClient;
  readonly #privateKey: KeyObject;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: LiarOptions) {
    this.#options = options;
    this.#http = new HttpClient(options.coordinator, options.localAddress, () => {});
    this.#privateKey = generateKeyPairSync('ed25519').privateKey;
  }

  /** Enrols, then lies until it is stopped. */
  async start(token: string): Promise<void> {
    const { now } = this.#options;
    const { publicKey } = await introduce(this.#http, now());
    const as = (keyId: string) =>
      new Coordinator(this.#http, { keyId, privateKey: this.#privateKey }, publicKey, now);
    const consents: Consent[] = Object.values(CONSENT_TEXTS).map(({ kind, version }) => ({
      kind,
      version,
      acceptedAt: new Date(now()).toISOString(),
    }));
    const enrolling = as(fingerprint(exportPublicKey(this.#privateKey)));
    const { probeId } = await enrolling.enrol({ token, agentVersion: AGENT_VERSION, consents });
    this.#running = this.#lie(as(probeId));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #lie(coordinator: Coordinator): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let pauseMs = 1_000;
      try {
        const work = await coordinator.work(
          {
            agentVersion: AGENT_VERSION,
            methodVersion: METHOD_VERSION,
            kinds: ['platform', 'swap'],
            budgetLeftBytes: 1e9,
            families: [4],
          },
          signal,
        );
        for (const test of work.tests) await this.#report(coordinator, test, signal);
        pauseMs = Math.min(MAX_PAUSE_MS, Math.max(200, work.pollAfterMs));
      } catch (error) {
        if (!signal.aborted) this.#options.onError(error as Error);
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Takes the time that the tests would have taken: results from the future or too early are refused. */
  async #report(coordinator: Coordinator, test: DrawnTest, signal: AbortSignal): Promise<void> {
    const begin = this.#options.now();
    const arms: ArmObservation[] = [];
    let at = begin;
    for (const drawn of test.arms) {
      const slow = test.target === this.#options.target && (drawn.arm === 'A' || drawn.arm === 'C');
      const arm = fabricate(drawn, at, slow, this.#options.random);
      arms.push(arm);
      at += arm.durationMs + 100;
    }
    await sleep(at - begin, undefined, { signal });
    const result: TestResult = {
      id: test.id,
      ticket: test.ticket,
      kind: test.kind,
      target: test.target,
      control: test.control,
      deep: test.deep,
      drawnAt: test.drawnAt,
      measuredAt: new Date(begin).toISOString(),
      arms,
      agentVersion: AGENT_VERSION,
      methodVersion: METHOD_VERSION,
      nodeVersion: process.version,
    };
    await coordinator.submit([result], signal);
  }
}

/** An arm that looks like a measured one: throttled to a fixed rate, or fast. */
function fabricate(drawn: DrawnArm, at: number, slow: boolean, random: Random): ArmObservation {
  const kbps = (slow ? SLOW_KBPS : FAST_KBPS) * (0.95 + 0.1 * random.uniform());
  const asked = drawn.ladder[0] ?? 96_000;
  const bodyMs = slow ? SLOW_DECIDED_MS : (asked * 8) / kbps;
  const bytes = Math.min(asked, Math.round((bodyMs * kbps) / 8));
  const points = Math.max(2, Math.round(bodyMs / 150));
  const curve = Array.from({ length: points }, (_, i): [number, number] => {
    const share = (i + 1) / points;
    return [Math.round(bodyMs * share), Math.round(bytes * share)];
  });
  const rtt = 30 + 10 * random.uniform();
  return {
    arm: drawn.arm,
    direction: drawn.direction,
    startedAt: new Date(at).toISOString(),
    durationMs: Math.round(bodyMs + 4 * rtt),
    end: { kind: 'decided', as: slow ? 'slow' : 'fast' },
    family: 4,
    remoteAddress: drawn.connect?.address ?? '127.20.1.1',
    dnsAnswers: drawn.connect ? [] : ['127.20.1.1'],
    protocol: 'http/1.1',
    httpStatus: drawn.ask === 'range' ? 206 : 200,
    phases: { dnsMs: drawn.connect ? null : rtt, tcpMs: rtt, tlsMs: rtt, firstByteMs: rtt },
    bytesReceived: bytes + 3_000,
    bytesSent: 1_000,
    curve,
    rateBps: Math.round(kbps * 1000),
    loopDelayMs: 5,
  };
}
