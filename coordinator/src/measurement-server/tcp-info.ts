/** What the kernel knows of one connection (Linux `struct tcp_info`); times in milliseconds. */
export interface TcpInfo {
  readonly rttMs: number;
  readonly minRttMs: number;
  readonly congestionWindow: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly bytesRetransmitted: number;
  readonly retransmissions: number;
}

/** Fields by their offsets in `struct tcp_info` (linux/tcp.h), little-endian. */
export function parseTcpInfo(raw: Buffer): TcpInfo {
  const u64 = (offset: number) => Number(raw.readBigUInt64LE(offset));
  return {
    rttMs: raw.readUInt32LE(68) / 1000,
    minRttMs: raw.readUInt32LE(148) / 1000,
    congestionWindow: raw.readUInt32LE(80),
    bytesAcked: u64(120),
    bytesReceived: u64(128),
    bytesSent: u64(200),
    bytesRetransmitted: u64(208),
    retransmissions: raw.readUInt32LE(100),
  };
}
