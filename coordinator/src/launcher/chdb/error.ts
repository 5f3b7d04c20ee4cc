/** An error in ClickHouse's own terms: numeric code and a message that begins with `Code: n. DB::Exception:`. */
export class ClickHouseError extends Error {
  override readonly name = 'ClickHouseError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  /** Makes one of whatever the engine threw. */
  static from(error: unknown): ClickHouseError {
    if (error instanceof ClickHouseError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const start = message.search(/Code: \d+\. DB::Exception/);
    const code = /Code: (\d+)/.exec(message)?.[1];
    if (start >= 0 && code !== undefined) return new ClickHouseError(Number(code), message.slice(start));
    return new ClickHouseError(1001, `Code: 1001. DB::Exception: ${message} (STD_EXCEPTION)`);
  }
}

/** The embedded engine lacks something that a server has. */
export function notImplemented(what: string): ClickHouseError {
  return new ClickHouseError(
    48,
    `Code: 48. DB::Exception: The embedded engine does not take ${what}. (NOT_IMPLEMENTED)`,
  );
}
