import { logAdd, logSumExp } from './bounds.js';
import type { Evidence, EvidenceSource } from './cell-evidence.js';
import type { Indicator } from './parameters.js';
import type { SweepCell } from './sweep-cell.js';

/**
 * Evidence of a country: R = 1/2 R_pooled + 1/2 sum over ASNs of w_a R_a. The weights are fixed at each start, equal
 * among the ASNs known before it; where none was known, all weight is the pooled cell's. A mixture of e-detectors is
 * one under any dependence between them; a product would not be.
 */
export class CountryEvidence implements EvidenceSource {
  readonly #pooled: SweepCell;
  readonly #asns: ReadonlyMap<number, SweepCell>;
  readonly #cached = new Map<Indicator, Map<number, Evidence>>();

  constructor(pooled: SweepCell, asns: ReadonlyMap<number, SweepCell>) {
    this.#pooled = pooled;
    this.#asns = asns;
  }

  /** An ASN has new evidence. */
  changed(asn: number): void {
    if (this.#cached.size === 0) return;
    for (const cached of this.#cached.values()) cached.delete(asn);
  }

  /** A mixture is at most its largest part. */
  mayReach(indicator: Indicator, logR: number): boolean {
    if (this.#pooled.mayReach(indicator, logR)) return true;
    for (const cell of this.#asns.values()) if (cell.mayReach(indicator, logR)) return true;
    return false;
  }

  /**
   * The country's evidence as it stands in period `now`.
   * @param without groups left out on top of f, of each part: who is deleted from the country may be of any of its ASNs
   */
  evidence(indicator: Indicator, now: number, without = 0): Evidence {
    const pooled = this.#pooled.evidence(indicator, now, without);
    const size = pooled.logE.length;
    const parts = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
    const known = new Int32Array(size);
    for (const [asn, cell] of this.#asns) {
      const first = cell.firstPeriod;
      if (first === null) continue;
      const own = this.#of(asn, cell, indicator, now, without);
      for (let i = Math.max(0, first + 1 - pooled.from); i < size; i++) {
        const at = pooled.from + i;
        known[i] = (known[i] as number) + 1;
        // Starts since the last evaluation have seen nothing of this ASN: E = 1.
        parts[i] = logAdd(parts[i] as number, own.logE[at - own.from] ?? cell.logWeight(indicator, at));
      }
    }
    const logE = pooled.logE.map((own, i) => {
      const asns = known[i] as number;
      return asns === 0 ? own : logAdd(own, (parts[i] as number) - Math.log(asns)) - Math.LN2;
    });
    return { from: pooled.from, logE, logR: logSumExp(logE) };
  }

  #of(asn: number, cell: SweepCell, indicator: Indicator, now: number, without: number): Evidence {
    if (without > 0) return cell.evidence(indicator, now, without);
    const cached = this.#cached.get(indicator) ?? new Map<number, Evidence>();
    this.#cached.set(indicator, cached);
    const evidence = cached.get(asn) ?? cell.evidence(indicator, now);
    cached.set(asn, evidence);
    return evidence;
  }
}
