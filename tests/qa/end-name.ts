import type { ArmEnd } from '@brakelight/shared';

/** An arm's end in one word: `fast`, `slow`, `stalled`, `tls/reset`, `aborted/event-loop`, ... */
export type EndName = string;

/** An arm's end as the table names it. */
export function endName(end: ArmEnd): EndName {
  switch (end.kind) {
    case 'decided':
      return end.as;
    case 'failed':
      return `${end.phase}/${end.class}`;
    case 'aborted':
      return `aborted/${end.reason}`;
    default:
      return end.kind;
  }
}
