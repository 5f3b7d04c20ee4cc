import { networkInterfaces } from 'node:os';

/** Whether this machine has IPv6 at all: some containers are built without. */
export const hasIpv6Loopback = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .some(({ address }) => address === '::1');
