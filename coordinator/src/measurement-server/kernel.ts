import type { Socket } from 'node:net';
import { parseTcpInfo, type TcpInfo } from './tcp-info.js';

/** Reads the TCP_INFO of a connection; `null` where it cannot be had any more. */
export type ReadTcpInfo = (socket: Socket) => TcpInfo | null;

/** What the kernel does for us beyond what Node offers. */
export interface Kernel {
  readonly readTcpInfo: ReadTcpInfo;
  /** Has the kernel take no more than about so many bytes that it has not sent yet. */
  limitUnsent(socket: Socket, bytes: number): void;
}

/** Linux: netinet/tcp.h. */
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_NOTSENT_LOWAT = 25;
const STRUCT_BYTES = 512;
/** Up to here the fields of TCP_INFO that are read (kernel 4.19 and later fill more). */
const NEEDED_BYTES = 216;

/**
 * Socket options through a small FFI (`koffi`, an optional dependency), without privileges.
 * @returns the kernel, or one phrase that says why it cannot be reached
 */
export async function openKernel(): Promise<Kernel | string> {
  if (process.platform !== 'linux') return `TCP_INFO is read on Linux only, this is ${process.platform}`;
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load(null);
    const getsockopt = libc.func(
      'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
    );
    const setsockopt = libc.func(
      'int setsockopt(int fd, int level, int name, uint8_t *value, uint32_t length)',
    );
    const buffer = Buffer.alloc(STRUCT_BYTES);
    return {
      readTcpInfo: (socket) => {
        const fd = fileDescriptor(socket);
        const length = [STRUCT_BYTES];
        if (fd === null || getsockopt(fd, IPPROTO_TCP, TCP_INFO, buffer, length) !== 0) return null;
        return (length[0] ?? 0) < NEEDED_BYTES ? null : parseTcpInfo(buffer);
      },
      limitUnsent: (socket, bytes) => {
        const fd = fileDescriptor(socket);
        const value = Buffer.alloc(4);
        value.writeInt32LE(bytes);
        if (fd !== null) setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, value, value.length);
      },
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
