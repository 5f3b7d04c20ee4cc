import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Sandbox } from '../../deploy/dist/testbed/kernel/sandbox.js';
import { SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import '../support/provided.js';

const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const MODULES = fileURLToPath(new URL('../../probe-agent/dist/net', import.meta.url));

/** Asks ten times, as a probe does over a day, and says what it left open. */
const ASK = `
import { AddressPolicy } from '${MODULES}/addresses.js';
import { reachableFamilies } from '${MODULES}/families.js';
let families;
for (let i = 0; i < 10; i++) families = await reachableFamilies(undefined, new AddressPolicy([]));
const open = () => process.getActiveResourcesInfo().filter((one) => one === 'UDPWrap').length;
for (let i = 0; i < 500 && open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
console.log(JSON.stringify({ families, open: open() }));
`;

/** A machine on a cable of its own; nothing is behind it. */
const CABLE = 'ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up';
const IPV4 = 'ip addr add 192.0.2.2/24 dev v0';
const GLOBAL = 'ip addr add 2600:1::2/64 dev v0 nodad';
const GLOBAL_ROUTE = 'ip -6 route add default via 2600:1::1 dev v0';
const PRIVATE = 'ip addr add fd00::2/64 dev v0 nodad; ip -6 route add default via fd00::1 dev v0';
const OFF = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6';

describe.skipIf(!inject('hasNamespaces'))('a machine', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.open(tools);
  });
  afterAll(() => sandbox.close());

  it.each([
    ['with IPv4 only', [IPV4], [4]],
    ['with both', [IPV4, GLOBAL, GLOBAL_ROUTE], [4, 6]],
    ['with IPv6 only', [GLOBAL, GLOBAL_ROUTE], [6]],
    ['whose IPv6 leads nowhere', [IPV4, GLOBAL], [4]],
    ['whose IPv6 is private, as in many containers', [IPV4, PRIVATE], [4]],
    ['without IPv6 in its kernel', [IPV4, OFF], [4]],
    ['without a network', [], [4]],
  ])('%s knows it, and asks without leaving anything open', async (name, steps, families) => {
    const machine = name.replaceAll(/[^a-z0-9]/gi, '');
    await sandbox.script(`ip netns add ${machine}`);
    await sandbox.script([CABLE, ...steps].join('\n'), machine);
    const asked = await sandbox.run(machine, [process.execPath, '--input-type=module', '-e', ASK]);
    expect(asked.stderr).toBe('');
    expect(JSON.parse(asked.stdout)).toEqual({ families, open: 0 });
  });
});
