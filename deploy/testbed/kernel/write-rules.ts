import { addressIn, endpoint } from './addresses.js';
import type { KernelRule } from './censor-rules.js';
import { FAMILY_WORDS, type FamilyWords } from './family-words.js';
import { DEFAULT_MEMORY_SECONDS, writePolicing } from './policing.js';
import type { KernelTools } from './tools.js';
import { checkedName, concerns, familyOf, match } from './trigger-match.js';

/** A client as the router sees it: the interface that leads to it, and the router's own IPv4 address there. */
export interface RouterSide {
  readonly name: string;
  readonly device: string;
  readonly routerAddress: string;
}

export interface RuleScripts {
  /** Shell lines for `sh -e` in the router's namespace. */
  readonly shell: string;
  /** Input for `nft -f -`. */
  readonly nft: string;
}

type RuleTools = Pick<KernelTools, 'iptables' | 'ip6tables' | 'tc'>;

const FIRST_SHAPE_CLASS = 100;
const LAST_BYTES = 3_000;
/** Whatever was written before, by table. */
const CLEARED = [
  'mangle -F FORWARD',
  'mangle -F PREROUTING',
  'mangle -F POSTROUTING',
  'nat -F PREROUTING',
  'filter -F FORWARD',
];
export const DNS_LIAR_PORT = 5300;

/**
 * Writes packet and DNS rules as iptables, tc and nft know them, for IPv4 and IPv6. The n-th rule marks its connections
 * n; a connection keeps its first mark for life, so that lifting a rule frees new connections only.
 * Shaping needs the HTB root `1:` that the topology puts on each client's device.
 */
export function writeRules(
  rules: readonly KernelRule[],
  clients: readonly RouterSide[],
  tools: RuleTools,
): RuleScripts {
  const shell = FAMILY_WORDS.flatMap(({ tool }) => [
    ...CLEARED.map((chain) => `${tools[tool]} -t ${chain}`),
    // A relay in user space sees what veth leaves undone: checksums.
    `${tools[tool]} -t mangle -A POSTROUTING -j CHECKSUM --checksum-fill`,
  ]);
  // The kernel has one memory for all established connections of a namespace: the shortest that a rule asks for.
  shell.push(
    `echo ${Math.min(DEFAULT_MEMORY_SECONDS, ...rules.map(memoryOf))} > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established`,
  );
  rules.forEach((rule, index) => {
    const concerned = clients.filter((c) => rule.client === undefined || rule.client === c.name);
    shell.push(...shapeClasses(rule, index + 1, concerned, tools.tc));
    for (const words of FAMILY_WORDS)
      shell.push(...calls(rule, index + 1, concerned, words).map((line) => `${tools[words.tool]} ${line}`));
  });
  return { shell: shell.join('\n'), nft: writePolicing(rules) };
}

/** What a rule is to `iptables` of one family: its arguments, call by call. */
function calls(rule: KernelRule, mark: number, clients: readonly RouterSide[], words: FamilyWords): string[] {
  if ('dns' in rule) return clients.map((client) => dnsRule(rule, client, words));
  if ('loseSyn' in rule) {
    const { address } = rule.loseSyn;
    if (familyOf(address) !== words.family) return [];
    return clients.map(
      ({ device }) =>
        `-A FORWARD -i ${device} -p tcp --syn -d ${address} -m statistic --mode nth --every 2 --packet 0 -j DROP`,
    );
  }
  if (!('trigger' in rule) || !concerns(rule, words.family)) return [];
  return [
    ...clients.map(
      ({ device }) =>
        `-t mangle -A FORWARD -i ${device} -m connmark --mark 0 ${match(rule.trigger, words)} -j CONNMARK --set-mark ${mark}`,
    ),
    ...deeds(rule, mark, clients, words),
  ];
}

/** What becomes of marked packets, where it is not `nft` that polices them. */
function deeds(
  { action }: Extract<KernelRule, { trigger: unknown }>,
  mark: number,
  clients: readonly RouterSide[],
  { unreachable }: FamilyWords,
): string[] {
  const marked = `-p tcp -m connmark --mark ${mark}`;
  switch (action.kind) {
    case 'police':
      return [];
    case 'shape':
      return clients.map(
        ({ device }) =>
          `-t mangle -A POSTROUTING -o ${device} ${marked} -j CLASSIFY --set-class 1:${FIRST_SHAPE_CLASS + mark}`,
      );
    case 'reset':
      // Answers what the client sends. In the middle of a download that is the acknowledgement of two last packets: a
      // reset counts only where nothing has come since.
      return clients.flatMap(({ device }) => [
        `-A FORWARD -i ${device} ${marked} ${downloaded(action.afterBytes ?? 0)} -j REJECT --reject-with tcp-reset`,
        `-A FORWARD -o ${device} ${marked} ${downloaded((action.afterBytes ?? 0) + LAST_BYTES)} -j DROP`,
      ]);
    case 'silence':
      return [`-A FORWARD ${marked} -j DROP`];
    case 'unreachable':
      return [`-A FORWARD ${marked} -j REJECT --reject-with ${unreachable}`];
    case 'freeze':
      return [`-A FORWARD ${marked} ${downloaded(action.afterBytes)} -j DROP`];
  }
}

/** The queues of a rule that shapes: one for each client, whatever the family. */
function shapeClasses(rule: KernelRule, mark: number, clients: readonly RouterSide[], tc: string): string[] {
  if (!('trigger' in rule) || rule.action.kind !== 'shape') return [];
  const { kbps, queueBytes } = rule.action;
  const minor = FIRST_SHAPE_CLASS + mark;
  return clients.flatMap(({ device }) => [
    `${tc} class replace dev ${device} parent 1: classid 1:${minor} htb rate ${kbps}kbit burst 2kb cburst 2kb quantum 1600`,
    `${tc} qdisc replace dev ${device} parent 1:${minor} handle ${minor}: bfifo limit ${queueBytes}`,
  ]);
}

/** Matches from so many bytes of download on. */
function downloaded(bytes: number): string {
  return `-m connbytes --connbytes ${bytes}: --connbytes-dir reply --connbytes-mode bytes`;
}

function memoryOf(rule: KernelRule): number {
  const action = 'trigger' in rule ? rule.action : undefined;
  return (action?.kind === 'police' ? action.memorySeconds : undefined) ?? DEFAULT_MEMORY_SECONDS;
}

/** Look-ups that travel in this family, whatever they ask for. */
function dnsRule(
  { dns, action }: Extract<KernelRule, { dns: string }>,
  { device, routerAddress }: RouterSide,
  { family }: FamilyWords,
): string {
  const labels = checkedName(dns).split('.');
  const hex = labels.map((l) => `|${l.length.toString(16).padStart(2, '0')}|${l}`).join('');
  const query = `-i ${device} -p udp --dport 53 -m string --algo bm --hex-string "${hex}|00|"`;
  return action.kind === 'silence'
    ? `-A FORWARD ${query} -j DROP`
    : `-t nat -A PREROUTING ${query} -j DNAT --to-destination ${endpoint(addressIn(family, routerAddress), DNS_LIAR_PORT)}`;
}
