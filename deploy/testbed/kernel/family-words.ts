import type { AddressFamily } from '@brakelight/shared';

/** What the tools call the same things in one family: one description of a rule is written in both. */
export interface FamilyWords {
  readonly family: AddressFamily;
  readonly tool: 'iptables' | 'ip6tables';
  /** For the match `u32`, which counts from the IP header: four bytes of TCP payload, from this one on. */
  readonly payload: (offset: number) => string;
  /** Host unreachable, for `--reject-with`. */
  readonly unreachable: string;
  /** For `nft`. */
  readonly header: 'ip' | 'ip6';
  readonly addressType: 'ipv4_addr' | 'ipv6_addr';
}

export const FAMILY_WORDS: readonly FamilyWords[] = [
  {
    family: 4,
    tool: 'iptables',
    // Both headers say how long they are.
    payload: (offset) => `0>>22&0x3C@ 12>>26&0x3C@ ${offset}`,
    unreachable: 'icmp-host-unreachable',
    header: 'ip',
    addressType: 'ipv4_addr',
  },
  {
    family: 6,
    tool: 'ip6tables',
    // The header of IPv6 has 40 bytes: TCP's length stands at byte 52.
    payload: (offset) => `52>>26&0x3C@ ${40 + offset}`,
    unreachable: 'icmp6-addr-unreachable',
    header: 'ip6',
    addressType: 'ipv6_addr',
  },
];
