import { describe, expect, it } from 'vitest';
import { type KernelRule, type RouterSide, writeRules } from './censor-rules.js';

const CLIENTS: readonly RouterSide[] = [
  { name: 'xa', device: 'c1', routerAddress: '10.77.1.1' },
  { name: 'xb', device: 'c2', routerAddress: '10.77.2.1' },
];
const write = (...rules: KernelRule[]) => writeRules(rules, CLIENTS, { iptables: 'iptables', tc: 'tc' });
const lines = (text: string, part: string) => text.split('\n').filter((l) => l.includes(part));

describe('writeRules', () => {
  it('marks ClientHellos of the concerned client only, or of all', () => {
    const action = { kind: 'reset' } as const;
    const one = write({ client: 'xa', trigger: { sni: 'chirp.example' }, action });
    expect(lines(one.shell, '--string chirp.example').map((l) => /-i (\S+)/.exec(l)?.[1])).toEqual(['c1']);
    const all = write({ trigger: { sni: 'chirp.example' }, action });
    expect(lines(all.shell, '--string chirp.example').map((l) => /-i (\S+)/.exec(l)?.[1])).toEqual([
      'c1',
      'c2',
    ]);
  });

  it('gives each rule a mark and a set of its own', () => {
    const police = { kind: 'police', kbps: 140, bucketBytes: 37_000 } as const;
    const { nft, shell } = write(
      { client: 'xa', trigger: { sni: 'chirp.example' }, action: police },
      { client: 'xb', trigger: { address: '10.77.200.11' }, action: { ...police, direction: 'upload' } },
    );
    expect(lines(shell, '--set-mark').map((l) => /--set-mark (\d+)/.exec(l)?.[1])).toEqual(['1', '2']);
    expect(nft).toContain('ct mark 1   update @flows1');
    expect(nft).toContain('ct mark 2 ct direction original');
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
    ]);
  });

  it('resets from the first byte of download on, or from a later one', () => {
    const trigger = { sni: 'chirp.example' };
    const { shell } = write(
      { client: 'xa', trigger, action: { kind: 'reset' } },
      { client: 'xb', trigger, action: { kind: 'reset', afterBytes: 64_000 } },
    );
    expect(lines(shell, 'tcp-reset').map((l) => /--connbytes (\S+)/.exec(l)?.[1])).toEqual(['0:', '64000:']);
  });

  it('loses SYNs of the concerned client without a mark: the name behind the next one is still to be seen', () => {
    const { shell } = write({ client: 'xb', loseSyn: { address: '10.77.200.10' } });
    expect(lines(shell, '--syn')).toEqual([
      'iptables -A FORWARD -i c2 -p tcp --syn -d 10.77.200.10 -m statistic --mode nth --every 2 --packet 0 -j DROP',
    ]);
    expect(lines(shell, '--set-mark')).toEqual([]);
  });

  it('lets nothing into the shell that is not a name or an address', () => {
    const action = { kind: 'silence' } as const;
    expect(() => write({ trigger: { sni: 'a; reboot' }, action })).toThrow(TypeError);
    expect(() => write({ trigger: { address: '$(id)' }, action })).toThrow(TypeError);
    expect(() => write({ dns: '"x', action })).toThrow(TypeError);
    expect(() => write({ loseSyn: { address: '1; id' } })).toThrow(TypeError);
  });
});
