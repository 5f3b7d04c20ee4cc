import type { Parameter } from './client.js';

/** RFC 3339 instant, or Unix milliseconds. */
export type Moment = string | number;

/** Unix milliseconds of a moment. @throws RangeError when it is none */
export function milliseconds(moment: Moment): number {
  const ms = typeof moment === 'number' ? moment : Date.parse(moment);
  if (!Number.isFinite(ms)) throw new RangeError(`"${moment}" is not a time`);
  return Math.trunc(ms);
}

/** A WHERE clause in the making. Values travel as query parameters, never in the text. */
export class Conditions {
  readonly parameters: Record<string, Parameter> = {};
  readonly #clauses: string[] = [];

  /** Adds a clause with its parameters. */
  add(clause: string, parameters: Record<string, Parameter> = {}): this {
    this.#clauses.push(`(${clause})`);
    Object.assign(this.parameters, parameters);
    return this;
  }

  /** `column = value`; nothing for `undefined`, `IS NULL` for `null`. */
  equal(column: string, type: string, value: string | number | null | undefined): this {
    if (value === undefined) return this;
    if (value === null) return this.add(`${column} IS NULL`);
    return this.add(`${column} = {${column}:${type}}`, { [column]: value });
  }

  /** `since` inclusive, `until` exclusive. */
  within(column: string, since: Moment | undefined, until: Moment | undefined): this {
    if (since !== undefined) this.add(`${column} >= ${instant('since')}`, { since: milliseconds(since) });
    if (until !== undefined) this.add(`${column} < ${instant('until')}`, { until: milliseconds(until) });
    return this;
  }

  /** The clause itself, `WHERE` included; empty when there are no conditions. */
  toString(): string {
    return this.#clauses.length === 0 ? '' : `WHERE ${this.#clauses.join(' AND ')}`;
  }
}

/** SQL for a parameter in Unix milliseconds as a time. */
export function instant(parameter: string): string {
  return `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;
}
