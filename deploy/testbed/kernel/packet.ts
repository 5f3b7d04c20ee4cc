import ipaddr from 'ipaddr.js';

/** An inner packet, as far as the relay needs to know it. */
export interface Packet {
  readonly source: string;
  readonly destination: string;
  /** TCP ports and payload; absent for other protocols. */
  readonly tcp?: { readonly sourcePort: number; readonly destinationPort: number; readonly payload: Buffer };
}

const VXLAN_BYTES = 8;
const ETHERNET_BYTES = 14;
const IPV4 = 0x0800;
const IPV4_BYTES = 20;
const IPV6 = 0x86dd;
const IPV6_BYTES = 40;
const TCP = 6;
const TCP_BYTES = 20;
const ICMPV6 = 58;
/** Router and neighbour discovery, redirects: RFC 4861. */
const FIRST_DISCOVERY = 133;
const LAST_DISCOVERY = 137;

/** Reads a VXLAN datagram; `undefined` for what is neither IPv4 nor IPv6, or only looks for neighbours (ARP, say). */
export function readPacket(datagram: Buffer): Packet | undefined {
  const ethernet = datagram.subarray(VXLAN_BYTES);
  if (ethernet.length < ETHERNET_BYTES) return undefined;
  const type = ethernet.readUInt16BE(12);
  const ip = ethernet.subarray(ETHERNET_BYTES);
  if (type === IPV4 && ip.length >= IPV4_BYTES) return readIpv4(ip);
  if (type === IPV6 && ip.length >= IPV6_BYTES) return readIpv6(ip);
  return undefined;
}

function readIpv4(ip: Buffer): Packet {
  const address = (at: number) => `${ip[at]}.${ip[at + 1]}.${ip[at + 2]}.${ip[at + 3]}`;
  const headerBytes = ((ip[0] ?? 0) & 0x0f) * 4;
  const content = ip.subarray(headerBytes, ip.readUInt16BE(2));
  return { source: address(12), destination: address(16), ...(ip[9] === TCP && readTcp(content)) };
}

/** Extension headers, which connections do not have, would hide what they carry. */
function readIpv6(ip: Buffer): Packet | undefined {
  const address = (at: number) => ipaddr.fromByteArray([...ip.subarray(at, at + 16)]).toString();
  const content = ip.subarray(IPV6_BYTES, IPV6_BYTES + ip.readUInt16BE(4));
  const [kind = 0] = content;
  if (ip[6] === ICMPV6 && kind >= FIRST_DISCOVERY && kind <= LAST_DISCOVERY) return undefined;
  return { source: address(8), destination: address(24), ...(ip[6] === TCP && readTcp(content)) };
}

function readTcp(tcp: Buffer): Pick<Packet, 'tcp'> {
  if (tcp.length < TCP_BYTES) return {};
  const payload = tcp.subarray(((tcp[12] ?? 0) >> 4) * 4);
  return { tcp: { sourcePort: tcp.readUInt16BE(0), destinationPort: tcp.readUInt16BE(2), payload } };
}
