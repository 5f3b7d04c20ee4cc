/** What each line (subnet and ASN) showed last. Nearly every subnet has one ASN; the others are kept aside. */
export class Lines {
  readonly #asn: (number | null)[] = [];
  readonly #flags: number[] = [];
  readonly #others = new Map<string, number>();

  /** Notes what a line shows. @returns what it showed before; -1 where nothing */
  next(subnet: number, asn: number | null, flags: number): number {
    const before = this.#flags[subnet];
    if (before === undefined) {
      this.#asn[subnet] = asn;
      this.#flags[subnet] = flags;
      return -1;
    }
    const last = this.#asn[subnet] as number | null;
    this.#flags[subnet] = flags;
    if (last === asn) return before;
    this.#others.set(`${subnet} ${last}`, before);
    this.#asn[subnet] = asn;
    return this.#others.get(`${subnet} ${asn}`) ?? -1;
  }
}
