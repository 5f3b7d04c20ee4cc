import { connect, createServer } from 'node:net';
import { exitWithInput } from './exit-with-input.js';

/** A way into a namespace: Unix sockets do not care for network namespaces. */
export interface DoorConfiguration {
  /** Path of the Unix socket, seen from inside and outside alike. */
  readonly socket: string;
  readonly address: string;
  readonly port: number;
}

const { socket, address, port } = JSON.parse(process.argv[2] ?? '') as DoorConfiguration;
createServer((outside) => {
  const inside = connect({ host: address, port });
  outside.on('error', () => inside.destroy());
  inside.on('error', () => outside.destroy());
  outside.pipe(inside).pipe(outside);
}).listen(socket, () => process.stdout.write('ready\n'));
exitWithInput();
