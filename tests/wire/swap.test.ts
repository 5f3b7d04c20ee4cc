import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { TestProbe } from './test-probe.js';

const measurementServer = { address: '127.0.0.1', port: 8443, pins: [`${'A'.repeat(43)}=`] };

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator(
    { SWAP_OFF_COUNTRIES: 'NL' },
    { worker: false, measurementServer },
  );
});
afterAll(() => coordinator.close());

/** Kinds that are drawn for a probe that asks for both from this address. */
async function drawn(consented: ('platform' | 'swap')[], localAddress: string): Promise<string[]> {
  const probe = await TestProbe.enrolled(coordinator, consented);
  const { tests } = await probe.work(['platform', 'swap'], 100_000_000, { localAddress });
  return [...new Set(tests.map((test) => test.kind))].sort();
}

describe('swap pairs', () => {
  it('are drawn with a consent of their own only', async () => {
    expect(await drawn(['platform', 'swap'], '127.0.0.1')).toEqual(['platform', 'swap']);
    expect(await drawn(['platform'], '127.0.0.1')).toEqual(['platform']);
  });

  it('are not drawn in a country that is switched off, nor where the country is not known', async () => {
    expect(await drawn(['platform', 'swap'], '127.7.0.1')).toEqual(['platform']);
    expect(await drawn(['platform', 'swap'], '127.9.0.1')).toEqual(['platform']);
  });
});
