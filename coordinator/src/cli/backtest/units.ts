import { classifyRates } from '../../detection/classify-rates.js';
import type { Unit } from '../../detection/types.js';
import { byTime } from '../../detection/unit-order.js';
import type { SpeedTest } from '../../imports/4ndv.js';

/** Collects tests into units: the first valid test of each (subnet, ASN, period). */
export class UnitCollector {
  readonly #periodMs: number;
  readonly #units = new Map<string, Unit & { tests: number }>();
  readonly names = new Map<number, string>();
  valid = 0;
  invalid = 0;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  add(test: SpeedTest): void {
    const said = classifyRates(test.targetRateBps, test.controlRateBps);
    if (said.class === null) {
      this.invalid++;
      return;
    }
    this.valid++;
    if (test.asnName !== null) this.names.set(test.asn, test.asnName);
    const period = Math.floor(test.measuredAt / this.#periodMs);
    const key = `${test.subnet} ${test.asn} ${period}`;
    const known = this.#units.get(key);
    const unit = {
      id: test.id,
      measuredAt: test.measuredAt,
      period,
      country: test.country,
      asn: test.asn,
      subnet: test.subnet,
      owner: test.subnet,
      slow: said.class === 'slow',
      stalled: false,
      blocked: false,
      targetRateBps: test.targetRateBps,
      controlRateBps: test.controlRateBps,
      tests: (known?.tests ?? 0) + 1,
    };
    if (known === undefined || byTime(unit, known) < 0) this.#units.set(key, unit);
    else known.tests++;
  }

  units(): Unit[] {
    return [...this.#units.values()].sort(byTime);
  }
}
