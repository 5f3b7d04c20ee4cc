import type { Socket } from 'node:net';

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

/** Reads the TCP_INFO of a connection; `null` where it cannot be had any more. */
export type ReadTcpInfo = (socket: Socket) => TcpInfo | null;

const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const STRUCT_BYTES = 512;
/** Up to here the fields that are read below (kernel 4.19 and later fill more). */
const NEEDED_BYTES = 216;

/**
 * TCP_INFO through a small FFI (`koffi`, an optional dependency), without privileges.
 * @returns the reader, or one phrase that says why there is none
 */
export async function openTcpInfo(): Promise<ReadTcpInfo | string> {
  if (process.platform !== 'linux') return `TCP_INFO is read on Linux only, this is ${process.platform}`;
  try {
    const { default: koffi } = await import('koffi');
    const getsockopt = koffi
      .load(null)
      .func('int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)');
    const buffer = Buffer.alloc(STRUCT_BYTES);
    return (socket) => {
      const fd = fileDescriptor(socket);
      const length = [STRUCT_BYTES];
      if (fd === null || getsockopt(fd, IPPROTO_TCP, TCP_INFO, buffer, length) !== 0) return null;
      return (length[0] ?? 0) < NEEDED_BYTES ? null : parseTcpInfo(buffer);
    };
  } catch (error) {
    return `koffi could not be loaded (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Node does not document it; where it is gone there is no TCP_INFO. */
function fileDescriptor(socket: Socket): number | null {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : null;
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
