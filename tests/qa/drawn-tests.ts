import type { ArmName, Direction, DrawnArm, DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';
import type { MeasurementEndpoint } from '../../deploy/dist/testbed/kernel/bench.js';
import type { QaRow } from './row.js';
import { CONTROL, TARGET } from './table.js';

export const OBJECT_PATH = '/object';
export const TRIGGER_HOST = `media.${TARGET}`;
/** As long as the trigger: nothing but the name differs between C and D. */
const NEUTRAL_HOST = 'media.birch.example';
const LADDER = [96_000, 256_000, 512_000];
const DEEP_LADDER = [...LADDER, 1_000_000];

/** The tests of a row, the order of each one's arms by the toss of a coin, as a coordinator draws them. */
export class RowTests {
  readonly #row: QaRow;
  readonly #server: MeasurementEndpoint;
  /** Uniform in [0, 1). */
  readonly #random: () => number;

  constructor(row: QaRow, server: MeasurementEndpoint, random: () => number) {
    this.#row = row;
    this.#server = server;
    this.#random = random;
  }

  platform(): DrawnTest {
    return this.#drawn('platform', [this.#webArm('A', TRIGGER_HOST), this.#webArm('B', CONTROL)]);
  }

  swap(direction: Direction): DrawnTest {
    return this.#drawn('swap', [
      this.#swapArm('C', TRIGGER_HOST, direction),
      this.#swapArm('D', NEUTRAL_HOST, direction),
    ]);
  }

  #drawn(kind: DrawnTest['kind'], arms: DrawnArm[]): DrawnTest {
    return {
      id: ulid(),
      ticket: 'bench',
      kind,
      target: 'chirp',
      control: kind === 'platform' ? 'mirror' : null,
      deep: this.#row.deep ?? false,
      family: this.#row.family ?? 4,
      arms: this.#random() < 0.5 ? arms : arms.toReversed(),
      drawnAt: new Date().toISOString(),
    };
  }

  get #ladder(): number[] {
    return this.#row.deep ? DEEP_LADDER : LADDER;
  }

  #webArm(arm: ArmName, host: string): DrawnArm {
    return {
      arm,
      direction: 'download',
      url: `https://${host}${OBJECT_PATH}`,
      connect: null,
      trust: { kind: 'web' },
      ladder: this.#ladder,
      ask: 'range',
    };
  }

  #swapArm(arm: ArmName, host: string, direction: Direction): DrawnArm {
    const { address, port, pins } = this.#server;
    return {
      arm,
      direction,
      url: `https://${host}/v1/${direction === 'upload' ? 'up' : 'down'}`,
      connect: { address, port },
      trust: { kind: 'pins', pins: [...pins] },
      ladder: this.#ladder,
      ask: 'query',
    };
  }
}
