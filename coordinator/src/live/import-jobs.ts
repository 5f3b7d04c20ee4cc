import type { Redis } from 'ioredis';

/** How many rows each queued batch of an import carries, by job id. */
export class ImportJobs {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** To be called before the queue gets the job: what is listed may not exist, what exists is listed. */
  async begin(source: string, jobId: string, rows: number): Promise<void> {
    await this.#redis.hset(this.#key(source), jobId, rows);
  }

  async end(source: string, jobIds: readonly string[]): Promise<void> {
    if (jobIds.length > 0) await this.#redis.hdel(this.#key(source), ...jobIds);
  }

  /** @returns rows by job id */
  async list(source: string): Promise<Map<string, number>> {
    const fields = await this.#redis.hgetall(this.#key(source));
    return new Map(Object.entries(fields).map(([job, rows]) => [job, Number(rows)]));
  }

  #key(source: string): string {
    return `${this.#prefix}:import:${source}`;
  }
}
