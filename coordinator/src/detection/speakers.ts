/** Numbers in the place of a speaker's names. */
interface Known {
  readonly subnet: number;
  /** The owner that it spoke for last. */
  owner: string;
  ownerNumber: number;
}

/** Subnets and their owners, numbered from 0 in the order of their first word. */
export class Speakers {
  readonly #subnets = new Map<string, Known>();
  readonly #owners = new Map<string, number>();
  /** Subnet and owner of every acquaintance, one after the other. */
  readonly #acquainted: number[] = [];

  get subnets(): number {
    return this.#subnets.size;
  }

  get owners(): number {
    return this.#owners.size;
  }

  /** @returns its numbers, until the next question */
  of(who: { readonly subnet: string; readonly owner: string }): { subnet: number; ownerNumber: number } {
    let known = this.#subnets.get(who.subnet);
    if (known === undefined) {
      known = { subnet: this.#subnets.size, owner: who.owner, ownerNumber: this.#owner(who.owner) };
      this.#subnets.set(who.subnet, known);
      this.#acquainted.push(known.subnet, known.ownerNumber);
    } else if (known.owner !== who.owner) {
      known.owner = who.owner;
      known.ownerNumber = this.#owner(who.owner);
      this.#acquainted.push(known.subnet, known.ownerNumber);
    }
    return known;
  }

  /**
   * Who may speak once: subnets, joined where they have an owner in common (and owners where they share a subnet). One
   * person with many addresses, or many names at one address, is one group.
   * @returns number of the group of each subnet
   */
  groups(): Int32Array {
    const subnets = this.subnets;
    const parent = Int32Array.from({ length: subnets + this.owners }, (_, i) => i);
    const root = (node: number): number => {
      let at = node;
      while (parent[at] !== at) {
        parent[at] = parent[parent[at] as number] as number;
        at = parent[at] as number;
      }
      return at;
    };
    for (let i = 0; i < this.#acquainted.length; i += 2) {
      const a = root(this.#acquainted[i] as number);
      const b = root(subnets + (this.#acquainted[i + 1] as number));
      parent[Math.max(a, b)] = Math.min(a, b);
    }
    return Int32Array.from({ length: subnets }, (_, subnet) => root(subnet));
  }

  #owner(name: string): number {
    let number = this.#owners.get(name);
    if (number === undefined) {
      number = this.#owners.size;
      this.#owners.set(name, number);
    }
    return number;
  }
}
