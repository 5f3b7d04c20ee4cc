import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { AddressPolicy } from './addresses.js';
import { reachableFamilies } from './families.js';

const strict = new AddressPolicy([]);
const ownAddresses = () =>
  Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));

describe('the families of this machine', () => {
  it.each([
    ['127.10.7.1', [4]],
    ['::1', [6]],
  ])('are that of the source address %s alone, where there is one', async (address, families) => {
    expect(await reachableFamilies(address, strict)).toEqual(families);
  });

  it('have IPv6 with a global address of its own only', async () => {
    const families = await reachableFamilies(undefined, strict);
    expect(families).not.toEqual([]);
    // A machine with private IPv6 addresses and a default route, as many containers are, has none.
    if (!ownAddresses().some((address) => address.includes(':') && strict.allows(address)))
      expect(families).toEqual([4]);
  });
});
