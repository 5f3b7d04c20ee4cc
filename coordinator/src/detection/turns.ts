/** Who placed bets, and when: a column for each. Groups get numbers of their own when somebody asks. */
export class Turns {
  size = 0;
  #periods = new Int32Array(16);
  #slots = new Float64Array(16);
  /** Up to `#numbered` the group's number here, beyond it its name. */
  #groups = new Int32Array(16);
  #numbered = 0;
  readonly #numbers = new Map<number, number>();
  readonly #names: number[] = [];
  readonly #last: number[] = [];

  add(group: number, period: number, slot: number): void {
    if (this.size === this.#periods.length) this.#grow();
    this.#periods[this.size] = period;
    this.#slots[this.size] = slot;
    this.#groups[this.size] = group;
    this.size++;
  }

  period(turn: number): number {
    return this.#periods[turn] as number;
  }

  slot(turn: number): number {
    return this.#slots[turn] as number;
  }

  /** Numbers of the groups of all turns, from 0 in the order of their first turn. */
  groups(): Int32Array {
    for (; this.#numbered < this.size; this.#numbered++) {
      const name = this.#groups[this.#numbered] as number;
      let number = this.#numbers.get(name);
      if (number === undefined) {
        number = this.#names.push(name) - 1;
        this.#numbers.set(name, number);
      }
      this.#groups[this.#numbered] = number;
      this.#last[number] = this.#periods[this.#numbered] as number;
    }
    return this.#groups;
  }

  /** Name of a group, as it was given. */
  name(number: number): number {
    return this.#names[number] as number;
  }

  /** Groups there are. */
  groupCount(): number {
    this.groups();
    return this.#names.length;
  }

  /** Groups with a turn since a period. */
  groupsSince(period: number): number {
    this.groups();
    let count = 0;
    for (const last of this.#last) if (last >= period) count++;
    return count;
  }

  #grow(): void {
    const size = this.size * 2;
    const periods = new Int32Array(size);
    periods.set(this.#periods);
    const slots = new Float64Array(size);
    slots.set(this.#slots);
    const groups = new Int32Array(size);
    groups.set(this.#groups);
    this.#periods = periods;
    this.#slots = slots;
    this.#groups = groups;
  }
}
