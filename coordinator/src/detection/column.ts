/**
 * Columns of numbers as long as there are units. In shared memory although nothing is shared: V8 answers every 64 MB of
 * other buffers with a full collection, which visits each of the millions of units alive (a fifth of the judge's time);
 * shared ones it does not count, and frees like any other.
 */
export const column = {
  int8: (length: number) => new Int8Array(new SharedArrayBuffer(length)),
  uint8: (length: number) => new Uint8Array(new SharedArrayBuffer(length)),
  int32: (length: number) => new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT)),
  float64: (length: number) =>
    new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT)),
} as const;
