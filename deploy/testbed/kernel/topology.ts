import { addressIn, cidrIn, FAMILIES } from './addresses.js';
import type { KernelTools } from './tools.js';

/**
 * A subscriber country of the bench: one namespace behind one line. All addresses here are IPv4 and stand for those of
 * IPv6 as well ({@link addressIn}).
 */
export interface ClientNetwork {
  readonly name: string;
  /** 1, 2, 3 ... in order of the options. */
  readonly number: number;
  /** Interface in the router's namespace that leads to it. */
  readonly device: string;
  readonly routerAddress: string;
  /** Its addresses, each in a /24 of its own; the first is the default source. */
  readonly addresses: readonly [string, ...string[]];
  /** What all its addresses begin with, of both families. */
  readonly prefixes: readonly string[];
}

export const ROUTER = 'r';
export const CABLE = 'd';
export const SERVERS = 'servers';
/** A namespace beside the router, with neither censor nor line: where a coordinator may stand. */
export const OFFICE = 'office';
export const OFFICE_ADDRESS = '10.79.0.2';
const OFFICE_GATEWAY = '10.79.0.1';
/** First address of the servers' network; the n-th site has `10.77.200.(10 + n)`. */
const SERVER_PREFIX = '10.77.200.';
export const SERVER_NETWORKS = FAMILIES.map((family) => cidrIn(family, `${SERVER_PREFIX}0`, 24));
export const DNS_ADDRESS = `${SERVER_PREFIX}53`;
const SERVER_GATEWAY = `${SERVER_PREFIX}1`;

/** Address of the n-th server, from 0: the sites first, in the order of the options. */
export function serverAddress(index: number): string {
  return `${SERVER_PREFIX}${10 + index}`;
}

/** Outer addresses of the two halves of the cable. */
export const CABLE_ENDS = {
  near: { bind: '10.78.1.2', peer: '10.78.1.1' },
  far: { bind: '10.78.2.2', peer: '10.78.2.1' },
} as const;

/** A queue of 50 ms and never below 32 kB, as a line's own buffer. */
const LINE_QUEUE_MS = 50;
const LINE_BURST_BYTES = 32_000;

export function clientNetwork(name: string, number: number, subnets: number): ClientNetwork {
  const extra = Array.from({ length: subnets - 1 }, (_, j) => `10.${100 + number}.${j + 1}.1`);
  return {
    name,
    number,
    device: `c${number}`,
    routerAddress: `10.77.${number}.1`,
    addresses: [`10.77.${number}.2`, ...extra],
    prefixes: [`10.77.${number}.`, `10.${100 + number}.`, `fd00:77:${number}:`, `fd00:${100 + number}:`],
  };
}

/** Sets a line's rates; the download is shaped at the router, the upload at the client. */
export function lineScript(
  tools: KernelTools,
  client: ClientNetwork,
  downKbps: number,
  upKbps: number,
): string {
  return [
    htbLine(`${tools.ip} netns exec ${ROUTER} ${tools.tc}`, client.device, downKbps),
    htbLine(`${tools.ip} netns exec ${client.name} ${tools.tc}`, 'eth0', upKbps),
  ].join('\n');
}

function htbLine(tc: string, device: string, kbps: number): string {
  const queueBytes = Math.round(LINE_BURST_BYTES + (kbps / 8) * LINE_QUEUE_MS);
  return [
    `${tc} class replace dev ${device} parent 1: classid 1:10 htb rate ${kbps}kbit burst ${LINE_BURST_BYTES} cburst ${LINE_BURST_BYTES} quantum 1600`,
    `${tc} qdisc replace dev ${device} parent 1:10 handle 10: bfifo limit ${queueBytes}`,
  ].join('\n');
}

/**
 * Clients -- router (censor) -- VXLAN over the delay relay -- servers. Packets have MTU size throughout (no offloads),
 * the tunnel's outer MTU leaves 1500 inside. IPv4 and IPv6 go the same way; the tunnel itself is IPv4.
 */
export function topologyScript(
  tools: KernelTools,
  clients: readonly ClientNetwork[],
  serverAddresses: readonly string[],
  congestion: string,
): string {
  const { ip } = tools;
  const wire = (a: string, aDevice: string, b: string, bDevice: string, mtu = 1500) => [
    `${ip} link add ${aDevice} netns ${a} mtu ${mtu} type veth peer name ${bDevice} mtu ${mtu} netns ${b}`,
    `${ip} -n ${a} link set ${aDevice} gso_max_segs 1 gso_max_size 1500 up`,
    `${ip} -n ${b} link set ${bDevice} gso_max_segs 1 gso_max_size 1500 up`,
  ];
  const address = (namespace: string, device: string, ipv4: string, bits = 24) =>
    FAMILIES.map((f) => `${ip} -${f} -n ${namespace} addr add ${cidrIn(f, ipv4, bits)} dev ${device}`);
  const route = (namespace: string, via: string, to?: string, options = '') =>
    FAMILIES.map(
      (f) =>
        `${ip} -${f} -n ${namespace} route add ${to === undefined ? 'default' : cidrIn(f, to, 16)} via ${addressIn(f, via)} ${options}`,
    );
  const tunnel = (namespace: string, device: string, local: string, remote: string) => [
    `${ip} -n ${namespace} link add ${device} mtu 1500 type vxlan id 7 local ${local} remote ${remote} dstport 4789`,
    `${ip} -n ${namespace} link set ${device} gso_max_segs 1 gso_max_size 1500 up`,
  ];
  const namespaces = [ROUTER, CABLE, SERVERS, OFFICE, ...clients.map((c) => c.name)];
  const { near, far } = CABLE_ENDS;
  return [
    ...namespaces.flatMap((n) => [
      `${ip} netns add ${n}`,
      // Addresses that nobody else can have are good at once, and no router need be asked for more.
      `${ip} netns exec ${n} sh -c 'cd /proc/sys/net/ipv6/conf/default; echo 0 > accept_dad; echo 0 > router_solicitations'`,
      `${ip} -n ${n} link set lo up`,
    ]),
    ...wire(ROUTER, 'ur', CABLE, 'dr', 1600),
    ...wire(SERVERS, 'us', CABLE, 'ds', 1600),
    ...address(ROUTER, 'ur', near.peer),
    ...address(CABLE, 'dr', near.bind),
    ...address(SERVERS, 'us', far.peer),
    ...address(CABLE, 'ds', far.bind),
    ...tunnel(ROUTER, 'far', near.peer, near.bind),
    ...tunnel(SERVERS, 'near', far.peer, far.bind),
    ...address(ROUTER, 'far', SERVER_GATEWAY),
    ...[DNS_ADDRESS, ...serverAddresses].flatMap((a) => address(SERVERS, 'near', a)),
    ...route(SERVERS, SERVER_GATEWAY, undefined, `congctl ${congestion}`),
    ...wire(ROUTER, 'office', OFFICE, 'eth0'),
    ...address(ROUTER, 'office', OFFICE_GATEWAY),
    ...address(OFFICE, 'eth0', OFFICE_ADDRESS),
    ...route(OFFICE, OFFICE_GATEWAY),
    ...clients.flatMap((c) => [
      ...wire(c.name, 'eth0', ROUTER, c.device),
      ...address(c.name, 'eth0', c.addresses[0]),
      ...c.addresses.slice(1).flatMap((a) => address(c.name, 'lo', a, 32)),
      ...address(ROUTER, c.device, c.routerAddress),
      ...route(c.name, c.routerAddress),
      ...route(ROUTER, c.addresses[0], `10.${100 + c.number}.0.0`),
      `${ip} netns exec ${ROUTER} ${tools.tc} qdisc add dev ${c.device} root handle 1: htb default 10`,
      `${ip} netns exec ${c.name} ${tools.tc} qdisc add dev eth0 root handle 1: htb default 10`,
    ]),
    // Checksums that veth leaves undone would be lost in a user-space relay; acct is what byte counts match on.
    ...[ROUTER, SERVERS, OFFICE, ...clients.map((c) => c.name)].flatMap((n) =>
      [tools.iptables, tools.ip6tables].map(
        (t) => `${ip} netns exec ${n} ${t} -t mangle -A POSTROUTING -j CHECKSUM --checksum-fill`,
      ),
    ),
    `${ip} netns exec ${ROUTER} sh -c 'cd /proc/sys/net; for switch in ipv4/ip_forward ipv6/conf/all/forwarding netfilter/nf_conntrack_acct; do echo 1 > $switch; done'`,
  ].join('\n');
}
