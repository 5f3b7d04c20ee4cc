/** What was counted in one direction. */
export interface Traffic {
  readonly bytes: number;
  readonly packets: number;
}

const NO_TRAFFIC: Traffic = { bytes: 0, packets: 0 };

/** What the kernel counted on a client's interface, packet headers included. */
export interface Counters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxPackets: number;
  readonly txPackets: number;
}

/** Reads what `ip -s -j link show` says of one interface. */
export function countersOf(json: string): Counters {
  const [link] = JSON.parse(json) as { stats64: { rx: Traffic; tx: Traffic } }[];
  const { rx, tx } = link?.stats64 ?? { rx: NO_TRAFFIC, tx: NO_TRAFFIC };
  return { rxBytes: rx.bytes, txBytes: tx.bytes, rxPackets: rx.packets, txPackets: tx.packets };
}

/** Reads the counters `dropped1`, `dropped2` ... that `nft list counters` shows, in the order of their numbers. */
export function dropsOf(counters: string): Traffic[] {
  return [...counters.matchAll(/counter dropped(\d+) \{\s*packets (\d+) bytes (\d+)/g)]
    .toSorted(([, a], [, b]) => Number(a) - Number(b))
    .map(([, , packets, bytes]) => ({ packets: Number(packets), bytes: Number(bytes) }));
}
