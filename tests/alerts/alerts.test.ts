import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Subscription } from '@brakelight/coordinator/live/webhooks';
import type { WebhookRequest } from '@brakelight/shared';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../answers/samples.js';
import { until } from '../support/until.js';
import { openPlace, type Place } from './place.js';
import { Receiver } from './receiver.js';

const PROCESS = fileURLToPath(new URL('./deliverer-process.mjs', import.meta.url));

describe('alerts', () => {
  let place: Place;
  let receiver: Receiver;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    place = await openPlace();
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    await place.close();
    await receiver.close();
    expect(receiver.refused).toEqual([]);
  });

  async function subscribe(request: Partial<WebhookRequest> = {}): Promise<Subscription> {
    const webhook = await place.webhooks.create({ url: receiver.url, ...request }, 'admin', Date.now());
    receiver.secret = webhook.secret;
    return webhook;
  }

  function startChild(): ChildProcess {
    const child = spawn(process.execPath, [PROCESS], {
      env: { ...process.env, ALERTS_REDIS: inject('redisUrl'), ALERTS_PREFIX: place.prefix },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  it('reach their receiver once each, in order, with what they rest on', async () => {
    const webhook = await subscribe();
    place.startDelivering();
    const events = [
      sampleEvent('detected', 'e1'),
      sampleEvent('updated', 'e2'),
      sampleEvent('resolved', 'e3'),
    ];
    for (const event of events) await place.publish(event);
    for (const event of events) await place.telling.alerts.publish(event);
    await until('three messages', () => receiver.accepted.length === 3);
    expect(receiver.accepted.map(({ message }) => message.type)).toEqual([
      'throttling.detected',
      'throttling.updated',
      'throttling.resolved',
    ]);
    expect(receiver.accepted[0]?.message.data.summary).toContain('17 independent subnets');
    await until('everything is settled', async () => (await place.deliveries.waiting()) === 0);
    const record = await place.deliveries.list(webhook.id, 10);
    expect(
      record?.map(({ type, state, attempts, lastStatus }) => [type, state, attempts, lastStatus]),
    ).toEqual(expect.arrayContaining([['throttling.detected', 'delivered', 1, 204]]));
    await place.telling.alerts.catchUp();
    expect(receiver.received).toHaveLength(3);
    expect(await place.registry.getSingleMetricAsString('brakelight_webhook_attempts_total')).toContain(
      'brakelight_webhook_attempts_total{outcome="delivered"} 3',
    );
  });

  it('survive the death of the process that delivers them, before, between and during attempts', async () => {
    const webhook = await subscribe();
    await place.publish(sampleEvent('detected', 'e1'));
    await place.publish(sampleEvent('resolved', 'e2'));
    let held = false;
    receiver.script.push(500, () => {
      held = true; // never answered: the process dies in the middle of this attempt
    });
    const first = startChild();
    await until('the first attempt is noted', async () => {
      const record = await place.deliveries.list(webhook.id, 10);
      return record?.some(({ attempts }) => attempts === 1);
    });
    await kill(first);
    const second = startChild();
    await until('the second attempt is under way', () => held);
    await kill(second);
    startChild();
    await until('both messages are accepted', () => receiver.accepted.length === 2, 50_000);
    await until('everything is settled', async () => (await place.deliveries.waiting()) === 0);
    expect(receiver.accepted.map(({ message }) => message.data.eventId)).toEqual(['e1', 'e2']);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
    expect(receiver.received).toHaveLength(4);
  }, 120_000);

  it('are caught up on after a crash between log and outbox; what was told is not told again', async () => {
    await subscribe();
    place.startDelivering();
    const now = new Date().toISOString();
    await place.publish(sampleEvent('detected', 'told', {}, now));
    place.log.push(sampleEvent('updated', 'forgotten', {}, now));
    place.log.push(sampleEvent('detected', 'imported', { id: 'i2', source: '4ndv', historical: true }, now));
    place.log.push(
      sampleEvent('detected', 'asked', { id: 'i3', source: 'told-import', historical: true }, now),
    );
    await place.telling.alerts.catchUp();
    await until('three messages', () => receiver.accepted.length === 3);
    await place.telling.alerts.catchUp();
    await until('everything is settled', async () => (await place.deliveries.waiting()) === 0);
    const told = receiver.accepted.map(({ message }) => message.data.eventId);
    expect(told.filter((id) => id !== 'asked')).toEqual(['told', 'forgotten']);
    expect(told).toContain('asked');
  });

  it('go to those who asked for them, and suspicions and imports to nobody', async () => {
    await subscribe({ countries: ['RU'], targets: ['twitter'], types: ['throttling.detected'] });
    place.startDelivering();
    await place.publish(sampleEvent('detected', 'e1', { id: 'i1', country: 'DE' }));
    await place.publish(sampleEvent('detected', 'e2', { id: 'i2', target: 'youtube' }));
    await place.publish(sampleEvent('detected', 'e3', { id: 'i3', grade: 'suspected' }));
    await place.publish(sampleEvent('detected', 'e4', { id: 'i4', source: '4ndv', historical: true }));
    await place.publish(sampleEvent('detected', 'e5', { id: 'i5', source: '4ndv', historical: true }), {
      notify: true,
    });
    await place.publish(sampleEvent('updated', 'e6', { id: 'i5', source: '4ndv' }), { notify: true });
    await place.publish(sampleEvent('updated', 'e7', { id: 'i3' }));
    await until('two messages', () => receiver.accepted.length === 2);
    await until('everything is settled', async () => (await place.deliveries.waiting()) === 0);
    const told = receiver.accepted.map(({ message }) => `${message.data.eventId} ${message.type}`).sort();
    expect(told).toEqual(['e5 throttling.detected', 'e7 throttling.detected']);
  });

  it('tell a suspicion, and its end, to those only who named it', async () => {
    await subscribe({ types: ['throttling.suspected', 'throttling.resolved'] });
    place.startDelivering();
    await place.publish(sampleEvent('detected', 's1', { id: 'i1', grade: 'suspected' }));
    await place.publish(sampleEvent('resolved', 's2', { id: 'i1', grade: 'suspected' }));
    await until('both messages', () => receiver.accepted.length === 2);
    const told = receiver.accepted.map(({ message }) => `${message.data.eventId} ${message.type}`);
    expect(told).toEqual(['s1 throttling.suspected', 's2 throttling.resolved']);
  });

  it.each<Partial<WebhookRequest>>([{}, { types: ['throttling.detected', 'throttling.resolved'] }])(
    'tell nobody else of a suspicion that came and went: %j',
    async (request) => {
      await subscribe(request);
      place.startDelivering();
      await place.publish(sampleEvent('detected', 's1', { id: 'i1', grade: 'suspected' }));
      await place.publish(sampleEvent('resolved', 's2', { id: 'i1', grade: 'suspected' }));
      await place.publish(sampleEvent('detected', 'e1', { id: 'i2' }));
      await until('the other message', () => receiver.accepted.length === 1);
      await until('everything is settled', async () => (await place.deliveries.waiting()) === 0);
      expect(receiver.received.length).toBe(1);
    },
  );

  it('stop for a receiver that is gone', async () => {
    const webhook = await subscribe();
    receiver.script.push(410);
    place.startDelivering();
    await place.publish(sampleEvent('detected', 'e1'));
    await place.publish(sampleEvent('resolved', 'e2'));
    await until('everything is settled', async () => (await place.deliveries.waiting()) === 0);
    expect((await place.webhooks.get(webhook.id))?.disabledAt).not.toBeNull();
    expect(receiver.received).toHaveLength(1);
    const record = await place.deliveries.list(webhook.id, 10);
    expect(record?.map(({ state }) => state)).toEqual(['failed', 'failed']);
  });

  it('follow no redirect, and read no endless answer', async () => {
    const inside = await Receiver.start();
    const webhook = await subscribe();
    receiver.script.push((response) =>
      response.writeHead(307, { location: inside.url, 'retry-after': '3600' }).end(),
    );
    place.startDelivering();
    await place.publish(sampleEvent('detected', 'e1'));
    const [delivery] = await until('an attempt', async () => {
      const record = await place.deliveries.list(webhook.id, 1);
      return record?.[0]?.attempts === 1 ? record : null;
    });
    expect(delivery).toMatchObject({ state: 'pending', lastStatus: 307 });
    expect(inside.received.length + inside.refused.length).toBe(0);
    await inside.close();

    receiver.script.push((response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await place.publish(sampleEvent('detected', 'e2', { id: 'i2' }));
    await until('the second is delivered', async () => {
      const record = await place.deliveries.list(webhook.id, 10);
      return record?.some(({ state }) => state === 'delivered');
    });
  });
});
