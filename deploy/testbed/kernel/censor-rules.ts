/** What starts an action: a name in the ClientHello (anywhere in it, as the real boxes do), or a server's address. */
export type Trigger = { readonly sni: string } | { readonly address: string };

/** What is done to a connection once it is marked. Sizes in bytes count whole IP packets. */
export type PacketAction =
  /** Drops what is over the rate, for each flow and direction on its own. */
  | {
      readonly kind: 'police';
      readonly kbps: number;
      /** Bytes that pass at once; the kernel's bucket holds at least one second of the rate. */
      readonly bucketBytes: number;
      readonly direction?: 'both' | 'download' | 'upload';
      /** Begins in the middle: after so many bytes of download. */
      readonly afterBytes?: number;
      /** How long an idle connection is remembered (600): after that it is a new one, and has shown no name. */
      readonly memorySeconds?: number;
    }
  /** Queues the download to a rate, all marked connections of a client together. */
  | { readonly kind: 'shape'; readonly kbps: number; readonly queueBytes: number }
  /** From the trigger on, or from so many bytes of download on. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Drops every packet from the trigger on. */
  | { readonly kind: 'silence' }
  /** Answers with ICMP host unreachable. */
  | { readonly kind: 'unreachable' }
  /** Lets so many bytes of download pass, then nothing. */
  | { readonly kind: 'freeze'; readonly afterBytes: number };

/** What is done to look-ups of a name. */
export type DnsAction =
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'forged'; readonly address: string };

/** One thing that the censor of the kernel bench does. `client` absent: to all clients. */
export type KernelRule =
  | { readonly client?: string; readonly trigger: Trigger; readonly action: PacketAction }
  | { readonly client?: string; readonly dns: string; readonly action: DnsAction }
  /** Holds back what a client sends in a connection with this name, once, from its ClientHello on. */
  | { readonly client?: string; readonly slowHandshake: { readonly sni: string; readonly ms: number } }
  /** Loses every other SYN to a server: each connection's first one, while one comes after another. */
  | { readonly client?: string; readonly loseSyn: { readonly address: string } }
  /**
   * Ends TLS with a key of its own where the name matches, and carries the rest on. A key that the clients trust (a root
   * that a state put into their stores) shows a page as if all were well.
   */
  | { readonly client?: string; readonly intercept: { readonly sni: string; readonly trusted?: true } };

/** A client as the router sees it: the interface that leads to it, and the router's own address there. */
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

const HTTPS_PORT = 443;
const FIRST_SHAPE_CLASS = 100;
const DEFAULT_MEMORY_SECONDS = 600;
export const DNS_LIAR_PORT = 5300;
/** A TLS handshake record that holds a ClientHello, wherever IP and TCP headers end. */
const IS_CLIENT_HELLO = '0>>22&0x3C@ 12>>26&0x3C@ 0>>24=0x16 && 0>>22&0x3C@ 12>>26&0x3C@ 2&0xFF=0x01';
const LAST_BYTES = 3_000;
const NAME = /^[a-z0-9.-]+$/;
const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;

/**
 * Writes packet and DNS rules as iptables, tc and nft know them. The n-th rule marks its connections n; a connection
 * keeps its first mark for life, so that lifting a rule frees new connections only.
 * Shaping needs the HTB root `1:` that the topology puts on each client's device.
 */
export function writeRules(
  rules: readonly KernelRule[],
  clients: readonly RouterSide[],
  tools: { readonly iptables: string; readonly tc: string },
): RuleScripts {
  const shell: string[] = ['mangle', 'nat', 'filter'].flatMap((table) =>
    ['FORWARD', 'PREROUTING', 'POSTROUTING']
      .filter((chain) =>
        table === 'filter' ? chain === 'FORWARD' : table === 'nat' ? chain === 'PREROUTING' : true,
      )
      .map((chain) => `${tools.iptables} -t ${table} -F ${chain}`),
  );
  // A relay in user space sees what veth leaves undone: checksums.
  shell.push(`${tools.iptables} -t mangle -A POSTROUTING -j CHECKSUM --checksum-fill`);
  // The kernel has one memory for all established connections of a namespace: the shortest that a rule asks for.
  shell.push(
    `echo ${Math.min(DEFAULT_MEMORY_SECONDS, ...rules.map(memoryOf))} > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established`,
  );
  const sets: string[] = [];
  const police: string[] = [];

  rules.forEach((rule, index) => {
    const mark = index + 1;
    const concerned = clients.filter((c) => rule.client === undefined || rule.client === c.name);
    const marked = `-p tcp -m connmark --mark ${mark}`;
    if ('dns' in rule) {
      for (const client of concerned) shell.push(dnsRule(rule, client, tools.iptables));
      return;
    }
    if ('loseSyn' in rule) {
      for (const { device } of concerned)
        shell.push(
          `${tools.iptables} -A FORWARD -i ${device} -p tcp --syn -d ${checked(rule.loseSyn.address, ADDRESS)} -m statistic --mode nth --every 2 --packet 0 -j DROP`,
        );
      return;
    }
    if (!('trigger' in rule)) return;
    for (const client of concerned)
      shell.push(
        `${tools.iptables} -t mangle -A FORWARD -i ${client.device} -m connmark --mark 0 ${match(rule.trigger)} -j CONNMARK --set-mark ${mark}`,
      );
    const { action } = rule;
    switch (action.kind) {
      case 'police': {
        const [set, limit] = policeRule(action, mark);
        sets.push(set);
        police.push(limit);
        break;
      }
      case 'shape':
        for (const { device } of concerned) {
          const minor = FIRST_SHAPE_CLASS + mark;
          shell.push(
            `${tools.tc} class replace dev ${device} parent 1: classid 1:${minor} htb rate ${action.kbps}kbit burst 2kb cburst 2kb quantum 1600`,
            `${tools.tc} qdisc replace dev ${device} parent 1:${minor} handle ${minor}: bfifo limit ${action.queueBytes}`,
            `${tools.iptables} -t mangle -A POSTROUTING -o ${device} ${marked} -j CLASSIFY --set-class 1:${minor}`,
          );
        }
        break;
      case 'reset':
        // Answers what the client sends. In the middle of a download that is the acknowledgement of two last packets: a
        // reset counts only where nothing has come since.
        for (const { device } of concerned)
          shell.push(
            `${tools.iptables} -A FORWARD -i ${device} ${marked} ${downloaded(action.afterBytes ?? 0)} -j REJECT --reject-with tcp-reset`,
            `${tools.iptables} -A FORWARD -o ${device} ${marked} ${downloaded((action.afterBytes ?? 0) + LAST_BYTES)} -j DROP`,
          );
        break;
      case 'silence':
        shell.push(`${tools.iptables} -A FORWARD ${marked} -j DROP`);
        break;
      case 'unreachable':
        shell.push(`${tools.iptables} -A FORWARD ${marked} -j REJECT --reject-with icmp-host-unreachable`);
        break;
      case 'freeze':
        shell.push(`${tools.iptables} -A FORWARD ${marked} ${downloaded(action.afterBytes)} -j DROP`);
        break;
    }
  });
  const chain = ['chain police {', 'type filter hook forward priority 0; policy accept;', ...police, '}'];
  return {
    shell: shell.join('\n'),
    nft: [
      'table inet censor',
      'delete table inet censor',
      'table inet censor {',
      ...sets,
      ...chain,
      '}',
      '',
    ].join('\n'),
  };
}

function match(trigger: Trigger): string {
  if ('address' in trigger) return `-p tcp -d ${checked(trigger.address, ADDRESS)}`;
  return [
    `-p tcp --dport ${HTTPS_PORT}`,
    '-m connbytes --connbytes 0:8 --connbytes-dir original --connbytes-mode packets',
    `-m u32 --u32 "${IS_CLIENT_HELLO}"`,
    `-m string --algo bm --string ${checked(trigger.sni, NAME)}`,
  ].join(' ');
}

/** Matches from so many bytes of download on. */
function downloaded(bytes: number): string {
  return `-m connbytes --connbytes ${bytes}: --connbytes-dir reply --connbytes-mode bytes`;
}

function memoryOf(rule: KernelRule): number {
  const action = 'trigger' in rule ? rule.action : undefined;
  return (action?.kind === 'police' ? action.memorySeconds : undefined) ?? DEFAULT_MEMORY_SECONDS;
}

/** The kernel's bucket is one second of the rate plus the burst, so the burst is what is left of the wished size. */
function policeRule(
  action: Extract<PacketAction, { kind: 'police' }>,
  mark: number,
): [set: string, limit: string] {
  const rate = Math.round((action.kbps * 1000) / 8);
  const burst = Math.max(1, Math.round(action.bucketBytes - rate));
  const direction = { both: '', download: 'ct direction reply', upload: 'ct direction original' }[
    action.direction ?? 'both'
  ];
  const after = action.afterBytes === undefined ? '' : `ct reply bytes > ${action.afterBytes}`;
  const memory = action.memorySeconds ?? DEFAULT_MEMORY_SECONDS;
  const flow = 'ip saddr . tcp sport . ip daddr . tcp dport';
  return [
    `set flows${mark} { type ipv4_addr . inet_service . ipv4_addr . inet_service; flags dynamic; timeout ${memory}s; size 65535; }`,
    `ct mark ${mark} ${direction} ${after} update @flows${mark} { ${flow} limit rate over ${rate} bytes/second burst ${burst} bytes } counter drop`,
  ];
}

function dnsRule(rule: Extract<KernelRule, { dns: string }>, client: RouterSide, iptables: string): string {
  const labels = checked(rule.dns, NAME).split('.');
  const hex = labels.map((l) => `|${l.length.toString(16).padStart(2, '0')}|${l}`).join('');
  const query = `-i ${client.device} -p udp --dport 53 -m string --algo bm --hex-string "${hex}|00|"`;
  return rule.action.kind === 'silence'
    ? `${iptables} -A FORWARD ${query} -j DROP`
    : `${iptables} -t nat -A PREROUTING ${query} -j DNAT --to-destination ${client.routerAddress}:${DNS_LIAR_PORT}`;
}

/** Rules become shell text, so only what cannot be anything else gets in. */
function checked(text: string, form: RegExp): string {
  if (!form.test(text)) throw new TypeError(`"${text}" cannot stand in a rule`);
  return text;
}
