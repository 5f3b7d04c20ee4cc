import type { TLSSocket } from 'node:tls';

/**
 * Hands out what a TLS connection decrypts, record by record, in one buffer that is used again for the next: the listener
 * must keep nothing of it. A buffer for each record, and their collection, would take half of a fast transfer's time.
 * Node's own option for this, `onread`, is ignored where TLS runs over a stream, although the parts are all there. Where
 * this Node has other parts, records come in buffers of their own.
 */
export function takeRecords(tls: TLSSocket, buffer: Buffer, listener: (record: Buffer) => void): void {
  if (!intoOneBuffer(tls, buffer, listener)) tls.on('data', listener);
}

/** Does to a TLS socket what `new net.Socket({ onread })` does to a plain one; `false` where that cannot be done. */
function intoOneBuffer(tls: TLSSocket, buffer: Buffer, listener: (record: Buffer) => void): boolean {
  const symbols = Object.getOwnPropertySymbols(tls);
  const kBuffer = symbols.find(({ description }) => description === 'kBuffer');
  const kBufferCb = symbols.find(({ description }) => description === 'kBufferCb');
  const handle: unknown = Reflect.get(tls, '_handle');
  if (kBuffer === undefined || kBufferCb === undefined || !takesBuffer(handle)) return false;
  // A far end that spoke before it was asked.
  for (let early = tls.read() as Buffer | null; early !== null; early = tls.read()) listener(early);
  Reflect.set(tls, kBuffer, buffer);
  Reflect.set(tls, kBufferCb, (bytes: number) => listener(buffer.subarray(0, bytes)));
  handle.useUserBuffer(buffer);
  tls.resume();
  return true;
}

function takesBuffer(handle: unknown): handle is { useUserBuffer(buffer: Uint8Array): void } {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    typeof Reflect.get(handle, 'useUserBuffer') === 'function'
  );
}
