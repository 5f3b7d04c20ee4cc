/**
 * Prefix of every Redis key of this coordinator. The braces make it one hash slot, so that the same keys and scripts
 * work on a Redis Cluster.
 */
export const DEFAULT_PREFIX = '{brakelight}';

/** Prefix of the BullMQ queues below ours. */
export const queuePrefix = (prefix: string): string => `${prefix}:queue`;

/** UTC day of an instant, for counters by day. */
export const dayOf = (unixMs: number): string => new Date(unixMs).toISOString().slice(0, 10);
