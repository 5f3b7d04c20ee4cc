import { createSocket } from 'node:dgram';
import { afterAll } from 'vitest';

const RCODE = { noerror: 0, servfail: 2, nxdomain: 3 } as const;
const TYPE = { 1: 'A', 28: 'AAAA' } as const;

/** What a name server says to a question; `silence` is nothing. */
export type Reply = { code: keyof typeof RCODE; addresses: readonly Buffer[] } | 'silence';

const open = new Set<ReturnType<typeof createSocket>>();
afterAll(() => {
  for (const socket of open) socket.close();
});

/** A name server of one question (RFC 1035), on loopback. @returns `address:port` */
export async function nameServer(reply: (name: string, type: 'A' | 'AAAA') => Reply): Promise<string> {
  const socket = createSocket('udp4');
  open.add(socket);
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'));
      at += 1 + length;
    }
    const question = query.subarray(12, at + 5);
    const type = query.readUInt16BE(at + 1);
    const said = reply(labels.join('.').toLowerCase(), TYPE[type as keyof typeof TYPE] ?? 'A');
    if (said === 'silence') return;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | RCODE[said.code], 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(said.addresses.length, 6);
    const answers = said.addresses.map((address) => {
      const record = Buffer.alloc(12);
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(1, 6);
      record.writeUInt16BE(address.length, 10);
      return Buffer.concat([record, address]);
    });
    socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return `127.0.0.1:${socket.address().port}`;
}
