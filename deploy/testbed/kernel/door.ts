import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { DoorConfiguration } from './programs/door.js';
import { programFile } from './programs.js';
import type { Sandbox } from './sandbox.js';

/** A port of this machine's loopback that leads into the bench. */
export interface Door {
  readonly port: number;
  close(): void;
}

/** Opens a door to an address inside. The way through is a unix socket: a network namespace does not hide those. */
export async function openDoor(
  sandbox: Sandbox,
  namespace: string,
  configuration: DoorConfiguration,
): Promise<Door> {
  await sandbox.program(namespace, programFile('door'), configuration);
  const visitors = new Set<Socket>();
  const server = createServer((outside) => {
    const inside = connect(configuration.socket);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.pipe(inside).pipe(outside);
    visitors.add(outside);
    outside.once('close', () => visitors.delete(outside));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const visitor of visitors) visitor.destroy();
      server.close();
    },
  };
}
