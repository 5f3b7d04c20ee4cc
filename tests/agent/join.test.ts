import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoordinatorStandIn } from './coordinator-stand-in.js';
import { Probe } from './probe.js';

let coordinator: CoordinatorStandIn;
let probe: Probe;

beforeEach(async () => {
  coordinator = new CoordinatorStandIn();
  await coordinator.listen();
  probe = await Probe.create();
});
afterEach(async () => {
  await probe.dispose();
  await coordinator.vanish();
});

const join_ = (...more: string[]) =>
  probe.run('join', coordinator.url, '--token', coordinator.token, ...more);

describe('join', () => {
  it('asks for consent before it sends anything', async () => {
    const { code, stderr } = await join_();
    expect(code).toBe(3);
    expect(stderr).toContain('--accept platform,swap');
    expect(coordinator.requests).toEqual([]);
  });

  it('takes no kind for granted', async () => {
    expect((await join_('--yes')).code).toBe(3);
    expect((await join_('--accept', 'everything')).code).toBe(2);
    expect(coordinator.requests).toEqual([]);
  });

  it('enrols with a key of its own, the consents that were given, and the pinned coordinator', async () => {
    const { code, stdout, stderr } = await join_(
      ...['--accept', 'platform', '--fingerprint', coordinator.fingerprint, '--json'],
    );
    expect(stderr).toContain('Speed tests of platforms');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ joined: true, fingerprint: coordinator.fingerprint, kinds: ['platform'] });
    const enrolled = coordinator.probes.get(answer.probeId);
    expect(enrolled?.consents).toMatchObject([{ kind: 'platform', version: 1 }]);

    const key = await stat(join(probe.home, 'state', 'probe.key'));
    expect(key.mode & 0o777).toBe(0o600);
    expect((await stat(join(probe.home, 'state'))).mode & 0o777).toBe(0o700);
    const status = await probe.json('status');
    expect(status).toMatchObject({
      probeId: answer.probeId,
      coordinatorFingerprint: coordinator.fingerprint,
      notMeasuring: { code: 'not-running' },
    });
  });

  it('does not give its token to somebody else at the address', async () => {
    const { code, stderr } = await join_('--accept', 'platform', '--fingerprint', 'AAAAAAAAAAAAAAAAAAAAAA');
    expect(code).toBe(4);
    expect(stderr).toContain(coordinator.fingerprint);
    expect(coordinator.asked('/v1/enrolments')).toBe(0);
  });

  it.each(['by another key', 'not at all', 'for another request'] as const)(
    'refuses an enrolment that is signed %s',
    async (signing) => {
      coordinator.signing = signing;
      expect((await join_('--accept', 'platform')).code).toBe(1);
      expect(await probe.json('status')).toMatchObject({ notMeasuring: { code: 'not-joined' } });
    },
  );

  it('says when the token is not taken', async () => {
    const { code, stderr } = await probe.run(
      ...['join', coordinator.url, '--token', 'not-the-right-token', '--accept', 'platform'],
    );
    expect(code).toBe(4);
    expect(stderr).toContain('token-invalid');
  });

  it('can be repeated after a crash: the same key is the same probe', async () => {
    coordinator.fault = (path) => (path === '/v1/enrolments' ? 'hang' : undefined);
    expect((await join_('--accept', 'platform')).code).toBe(1);
    coordinator.fault = () => undefined;
    expect((await join_('--accept', 'platform')).code).toBe(0);
    const again = await join_('--accept', 'platform');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Already joined');
    expect(coordinator.probes.size).toBe(1);
  });

  it.each([
    ['http://example.org', 'only https'],
    ['https://example.org/somewhere', 'only scheme, host and port'],
    ['coordinator', 'not an address'],
  ])('refuses the address %s', async (url, why) => {
    const { code, stderr } = await probe.run(
      'join',
      url,
      '--token',
      coordinator.token,
      '--accept',
      'platform',
    );
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });

  it.runIf(process.platform === 'linux')('speaks from the address it was given', async () => {
    const elsewhere = await Probe.create({ LOCAL_ADDRESS: '127.10.7.1' });
    await elsewhere.json('join', coordinator.url, '--token', coordinator.token, '--accept', 'platform');
    expect(new Set(coordinator.requests.map((r) => r.from))).toEqual(new Set(['127.10.7.1']));
    await elsewhere.dispose();
  });

  it('reports every wrong setting at once', async () => {
    const wrong = await Probe.create({ LOCAL_ADDRESS: 'here', BUDGET_PER_DAY: 'much' });
    const { code, stderr } = await wrong.run('status');
    expect(code).toBe(2);
    expect(stderr).toContain('LOCAL_ADDRESS');
    expect(stderr).toContain('BUDGET_PER_DAY');
    await wrong.dispose();
  });
});
