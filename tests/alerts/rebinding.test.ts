import type { LookupAddress } from 'node:dns';
import { AddressGuard } from '@brakelight/coordinator/alerts/address-guard';
import { post } from '@brakelight/coordinator/alerts/post';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Receiver } from './receiver.js';

/** A name server of the attacker's: another answer each time it is asked. */
function rebinding(...answers: string[]): { lookup: () => Promise<LookupAddress[]>; asked: number } {
  const state = {
    asked: 0,
    lookup: async () => {
      const address = answers[Math.min(state.asked, answers.length - 1)] ?? '';
      state.asked += 1;
      return [{ address, family: 4 }];
    },
  };
  return state;
}

describe('a name that moves between look and leap', () => {
  let opened: Receiver;
  beforeEach(async () => {
    opened = await Receiver.start();
  });
  afterEach(() => opened.close());

  it('is connected to at the address that was checked, and not looked up again', async () => {
    // 127.0.0.0/30 stands for the public internet here, 127.0.0.9 for what is inside.
    const names = rebinding('127.0.0.1', '127.0.0.9');
    const guard = new AddressGuard({ allow: ['127.0.0.0/30'], lookup: names.lookup });
    const checked = await guard.check(`http://rebinding.example:${opened.port}/alerts`);
    const answer = await post(checked, { 'webhook-id': 'msg_1' }, '{}', Date.now);
    expect(answer.status).toBe(204);
    expect(names.asked).toBe(1);
    expect(opened.refused).toHaveLength(1); // it came, without a signature
  });

  it('is refused at the next delivery, once it has moved', async () => {
    const names = rebinding('127.0.0.1', '127.0.0.9');
    const guard = new AddressGuard({ allow: ['127.0.0.0/30'], lookup: names.lookup });
    const url = `http://rebinding.example:${opened.port}/alerts`;
    await guard.check(url);
    await expect(guard.check(url)).rejects.toMatchObject({ name: 'ForbiddenAddress' });
  });

  it('takes no way round through a proxy of the environment', async () => {
    const proxy = await Receiver.start();
    process.env.http_proxy = proxy.url;
    process.env.HTTP_PROXY = proxy.url;
    try {
      const guard = new AddressGuard({ allow: ['127.0.0.1/32'], lookup: async () => [] });
      await post(await guard.check(opened.url), { 'webhook-id': 'msg_1' }, '{}', Date.now);
      expect(opened.refused).toHaveLength(1);
      expect(proxy.refused).toHaveLength(0);
    } finally {
      delete process.env.http_proxy;
      delete process.env.HTTP_PROXY;
      await proxy.close();
    }
  });
});
