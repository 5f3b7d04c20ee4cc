/** Subnets and their owners, numbered from 0 in the order of their first word. */
export class Speakers {
  readonly #subnets = new Map<string, number>();
  readonly #owners = new Map<string, number>();
  /** Of each subnet the owner that it spoke for last, by name and by number. */
  readonly #lastOwner: string[] = [];
  readonly #lastOwnerNumber: number[] = [];
  /** Subnet and owner of every acquaintance, one after the other. */
  readonly #acquainted: number[] = [];

  get subnets(): number {
    return this.#subnets.size;
  }

  get owners(): number {
    return this.#owners.size;
  }

  /** Notes who speaks. @returns number of the subnet */
  subnet({ subnet: name, owner }: { readonly subnet: string; readonly owner: string }): number {
    let subnet = this.#subnets.get(name);
    if (subnet === undefined) {
      subnet = this.#subnets.size;
      this.#subnets.set(name, subnet);
    } else if (this.#lastOwner[subnet] === owner) return subnet;
    const number = this.#owner(owner);
    this.#lastOwner[subnet] = owner;
    this.#lastOwnerNumber[subnet] = number;
    this.#acquainted.push(subnet, number);
    return subnet;
  }

  /** Number of the owner that a subnet spoke for last. */
  ownerOf(subnet: number): number {
    return this.#lastOwnerNumber[subnet] as number;
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
