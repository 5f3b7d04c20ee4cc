import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPacket } from './packet.js';

const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
const VXLAN = '0800000000000700';
const MACS = '020000000001 020000000002';
/** Port 40000 to 443, 20 bytes of header. */
const TCP = '9c40 01bb 00000001 00000002 5018 ffff 0000 0000';
const IPV4_TCP = '45 00 002b 0000 4000 40 06 0000 0a4d0102 0a4dc80a';
const IPV6_FROM_TO = 'fd000077000100000000000000000002 fd000077020000000000000000000010';

describe('readPacket', () => {
  it('reads TCP over IPv4, without what Ethernet pads it with', () => {
    expect(readPacket(hex(VXLAN, MACS, '0800', IPV4_TCP, TCP, '160301', '000000'))).toEqual({
      source: '10.77.1.2',
      destination: '10.77.200.10',
      tcp: { sourcePort: 40_000, destinationPort: 443, payload: hex('160301') },
    });
  });

  it('reads TCP over IPv6', () => {
    expect(
      readPacket(hex(VXLAN, MACS, '86dd', '60000000 0017 06 40', IPV6_FROM_TO, TCP, '160301', '00')),
    ).toEqual({
      source: 'fd00:77:1::2',
      destination: 'fd00:77:200::10',
      tcp: { sourcePort: 40_000, destinationPort: 443, payload: hex('160301') },
    });
  });

  it('reads no more of other protocols than who talks to whom', () => {
    const udp = '0035 0035 0008 0000';
    expect(readPacket(hex(VXLAN, MACS, '86dd', '60000000 0008 11 40', IPV6_FROM_TO, udp))).toEqual({
      source: 'fd00:77:1::2',
      destination: 'fd00:77:200::10',
    });
  });

  it('leaves those alone that look for neighbours', () => {
    const solicitation = '87 00 0000 00000000';
    expect(
      readPacket(hex(VXLAN, MACS, '86dd', '60000000 0008 3a ff', IPV6_FROM_TO, solicitation)),
    ).toBeUndefined();
    expect(readPacket(hex(VXLAN, MACS, '0806', '0001 0800 06 04 0001', '00'.repeat(20)))).toBeUndefined();
  });

  it('survives any bytes', () => {
    const type = fc.constantFrom('0800', '86dd', '0806');
    fc.assert(
      fc.property(type, fc.uint8Array({ maxLength: 80 }), (type, bytes) => {
        readPacket(Buffer.concat([hex(VXLAN, MACS, type), bytes]));
        readPacket(Buffer.from(bytes));
      }),
    );
  });
});
