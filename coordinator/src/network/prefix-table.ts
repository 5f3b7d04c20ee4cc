import ipaddr from 'ipaddr.js';

/** Longest-prefix match over IPv4 and IPv6 prefixes. */
export class PrefixTable<T> {
  /** By family and prefix length: prefix bytes in hex -> value. */
  readonly #tables = { ipv4: new Map<number, Map<string, T>>(), ipv6: new Map<number, Map<string, T>>() };
  #lengths: { ipv4: number[]; ipv6: number[] } = { ipv4: [], ipv6: [] };

  /** @param cidr e.g. `192.0.2.0/24`. @throws on what is no prefix */
  add(cidr: string, value: T): void {
    const [address, length] = ipaddr.parseCIDR(cidr);
    const family = address.kind();
    const table = this.#tables[family].get(length) ?? new Map<string, T>();
    table.set(maskedKey(address.toByteArray(), length), value);
    this.#tables[family].set(length, table);
    this.#lengths[family] = [...this.#tables[family].keys()].sort((a, b) => b - a);
  }

  /** The value of the longest prefix that holds the address. */
  get(address: ipaddr.IPv4 | ipaddr.IPv6): T | undefined {
    const family = address.kind();
    const bytes = address.toByteArray();
    for (const length of this.#lengths[family]) {
      const value = this.#tables[family].get(length)?.get(maskedKey(bytes, length));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

function maskedKey(bytes: readonly number[], length: number): string {
  const masked = bytes.map((byte, i) => {
    const bits = Math.min(8, Math.max(0, length - i * 8));
    return byte & (0xff00 >> bits) & 0xff;
  });
  return Buffer.from(masked).toString('hex');
}
