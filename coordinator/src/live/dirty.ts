import type { Redis } from 'ioredis';

export interface Touched {
  readonly source: string;
  readonly target: string;
}

/** KEYS dirty, taken; ARGV 1 where what is taken was left behind by a process that died. */
const TAKE = `
if ARGV[1] == '1' then redis.call('SUNIONSTORE', KEYS[1], KEYS[1], KEYS[2]) end
redis.call('DEL', KEYS[2])
local members = redis.call('SMEMBERS', KEYS[1])
if #members > 0 then redis.call('RENAME', KEYS[1], KEYS[2]) end
return members`;

/** What got new rows since it was last judged. One judge takes; what it dies with is there for the next one. */
export class Dirty {
  readonly #redis: Redis;
  readonly #key: string;
  #isFirst = true;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:dirty`;
  }

  async mark(source: string, target: string): Promise<void> {
    await this.#redis.sadd(this.#key, `${source} ${target}`);
  }

  /**
   * Takes everything that is marked. Who takes it and fails marks it again; who takes the next is done with the last. The
   * first time it is also what was taken before a crash and, for all anybody knows, never judged.
   */
  async take(): Promise<Touched[]> {
    const first = this.#isFirst ? 1 : 0;
    const members = (await this.#redis.eval(TAKE, 2, this.#key, `${this.#key}:taken`, first)) as string[];
    this.#isFirst = false;
    return members.map((member) => {
      const [source = '', target = ''] = member.split(' ');
      return { source, target };
    });
  }
}
