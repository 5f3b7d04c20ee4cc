export interface BodyLimits {
  /** Most bytes on the wire. */
  readonly wire: number;
  /** Most bytes after decompression. */
  readonly decompressed: number;
}

/** A full submission (50 results, two arms of 400 points each) is about 1 MB of JSON and a quarter of it compressed. */
export const SUBMISSION_LIMITS: BodyLimits = { wire: 512 * 1024, decompressed: 4 * 1024 * 1024 };

/** Everything else that probes send is small. */
export const SMALL_LIMITS: BodyLimits = { wire: 32 * 1024, decompressed: 32 * 1024 };

/** A full batch of an import. */
export const IMPORT_LIMITS: BodyLimits = { wire: 1024 * 1024, decompressed: 8 * 1024 * 1024 };
