import { describe, expect, it } from 'vitest';
import type { KernelRule } from './censor-rules.js';
import { type RouterSide, writeRules } from './write-rules.js';

const CLIENTS: readonly RouterSide[] = [
  { name: 'xa', device: 'c1', routerAddress: '10.77.1.1' },
  { name: 'xb', device: 'c2', routerAddress: '10.77.2.1' },
];
const TOOLS = { iptables: 'iptables', ip6tables: 'ip6tables', tc: 'tc' };
const write = (...rules: KernelRule[]) => writeRules(rules, CLIENTS, TOOLS);
const lines = (text: string, part: string) => text.split('\n').filter((l) => l.includes(part));
/** The lines of one program alone. */
const only = (program: string, shell: string) =>
  shell
    .split('\n')
    .filter((l) => l.startsWith(`${program} `))
    .join('\n');

describe('writeRules', () => {
  it('marks ClientHellos of the concerned client only, or of all', () => {
    const action = { kind: 'reset' } as const;
    const one = write({ client: 'xa', trigger: { sni: 'chirp.example' }, action });
    expect(
      lines(only('iptables', one.shell), '--string chirp.example').map((l) => /-i (\S+)/.exec(l)?.[1]),
    ).toEqual(['c1']);
    const all = write({ trigger: { sni: 'chirp.example' }, action });
    expect(
      lines(only('iptables', all.shell), '--string chirp.example').map((l) => /-i (\S+)/.exec(l)?.[1]),
    ).toEqual(['c1', 'c2']);
  });

  it('gives each rule a mark and a set of its own', () => {
    const police = { kind: 'police', kbps: 140, bucketBytes: 37_000 } as const;
    const { nft, shell } = write(
      { client: 'xa', trigger: { sni: 'chirp.example' }, action: police },
      { client: 'xb', trigger: { address: '10.77.200.11' }, action: { ...police, direction: 'upload' } },
    );
    const marks = lines(only('iptables', shell), '--set-mark');
    expect(marks.map((l) => /--set-mark (\d+)/.exec(l)?.[1])).toEqual(['1', '2']);
    expect(nft).toContain('ct mark 1 update @flows1v4');
    expect(nft).toContain('ct mark 2 ct direction original update @flows2v4');
    expect(nft).toContain('limit rate over 17500 bytes/second burst 19500 bytes');
  });

  it('remembers idle connections for as long as the shortest memory among its rules', () => {
    const memory = (...seconds: number[]) =>
      write(
        ...seconds.map((memorySeconds) => ({
          trigger: { sni: 'chirp.example' },
          action: { kind: 'police' as const, kbps: 140, bucketBytes: 20_000, memorySeconds },
        })),
      ).shell;
    expect(memory(60, 1)).toContain('echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established');
    expect(memory()).toContain('echo 600 > ');
  });

  it('turns look-ups away by the labels of the name, as they stand on the wire', () => {
    const { shell } = write({ client: 'xa', dns: 'chirp.example', action: { kind: 'nxdomain' } });
    expect(lines(shell, '--dport 53')).toEqual([
      'iptables -t nat -A PREROUTING -i c1 -p udp --dport 53 -m string --algo bm --hex-string "|05|chirp|07|example|00|" -j DNAT --to-destination 10.77.1.1:5300',
      'ip6tables -t nat -A PREROUTING -i c1 -p udp --dport 53 -m string --algo bm --hex-string "|05|chirp|07|example|00|" -j DNAT --to-destination [fd00:77:1::1]:5300',
    ]);
  });

  it('resets from the first byte of download on, or from a later one', () => {
    const trigger = { sni: 'chirp.example' };
    const { shell } = write(
      { client: 'xa', trigger, action: { kind: 'reset' } },
      { client: 'xb', trigger, action: { kind: 'reset', afterBytes: 64_000 } },
    );
    expect(lines(only('iptables', shell), 'tcp-reset').map((l) => /--connbytes (\S+)/.exec(l)?.[1])).toEqual([
      '0:',
      '64000:',
    ]);
  });

  it('loses SYNs of the concerned client without a mark: the name behind the next one is still to be seen', () => {
    const { shell } = write({ client: 'xb', loseSyn: { address: '10.77.200.10' } });
    expect(lines(shell, '--syn')).toEqual([
      'iptables -A FORWARD -i c2 -p tcp --syn -d 10.77.200.10 -m statistic --mode nth --every 2 --packet 0 -j DROP',
    ]);
    expect(lines(shell, '--set-mark')).toEqual([]);
  });

  it('says the same in both families, each with its own words', () => {
    const trigger = { sni: 'chirp.example' };
    for (const action of [
      { kind: 'police', kbps: 140, bucketBytes: 20_000 },
      { kind: 'shape', kbps: 140, queueBytes: 60_000 },
      { kind: 'reset' },
      { kind: 'silence' },
      { kind: 'unreachable' },
      { kind: 'freeze', afterBytes: 16_384 },
    ] as const) {
      const { shell, nft } = write({ trigger, action });
      const translated = only('iptables', shell)
        .replaceAll('iptables', 'ip6tables')
        .replaceAll('0>>22&0x3C@ 12>>26&0x3C@ 0>>24', '52>>26&0x3C@ 40>>24')
        .replaceAll('0>>22&0x3C@ 12>>26&0x3C@ 2&', '52>>26&0x3C@ 42&')
        .replaceAll('icmp-host-unreachable', 'icmp6-addr-unreachable');
      expect(only('ip6tables', shell)).toBe(translated);
      expect(lines(nft, 'ip6 saddr').length).toBe(lines(nft, 'ip saddr').length);
    }
  });

  it('leaves the other family alone where a rule names one', () => {
    const trigger = { sni: 'chirp.example' };
    const { shell, nft } = write(
      { family: 4, trigger, action: { kind: 'police', kbps: 140, bucketBytes: 20_000 } },
      { family: 6, trigger, action: { kind: 'silence' } },
    );
    expect(lines(only('iptables', shell), 'mark 2')).toEqual([]);
    expect(lines(only('ip6tables', shell), '--set-mark').every((l) => l.endsWith('--set-mark 2'))).toBe(true);
    expect(nft).not.toContain('ip6');
  });

  it('takes the family of an address from the address', () => {
    const action = { kind: 'police', kbps: 140, bucketBytes: 20_000 } as const;
    const { shell, nft } = write(
      { trigger: { address: 'fd00:77:200::10' }, action },
      { loseSyn: { address: 'fd00:77:200::11' } },
    );
    expect(lines(only('iptables', shell), '-d ')).toEqual([]);
    expect(lines(only('ip6tables', shell), '-d fd00:77:200::1').length).toBe(4);
    expect(nft).not.toContain('ipv4_addr');
  });

  it('lets nothing into the shell that is not a name or an address', () => {
    const action = { kind: 'silence' } as const;
    expect(() => write({ trigger: { sni: 'a; reboot' }, action })).toThrow(TypeError);
    expect(() => write({ trigger: { address: '$(id)' }, action })).toThrow(TypeError);
    expect(() => write({ dns: '"x', action })).toThrow(TypeError);
    expect(() => write({ loseSyn: { address: '1; id' } })).toThrow(TypeError);
  });
});
