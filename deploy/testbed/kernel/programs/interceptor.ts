import { STATUS_CODES } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Credentials } from '../../certificates.js';
import { isUnder, MAX_HELLO, sightServerName } from '../../client-hello.js';
import { exitWithInput } from './exit-with-input.js';

/** Who answers in a site's place. */
interface Impostor {
  /** Apex of the names that it takes for itself. */
  readonly name: string;
  readonly credentials: Credentials;
  /** Of the page that it shows. */
  readonly status: number;
}

/** One listener for each server address, since what a redirected connection was meant for is lost on the way. */
export interface InterceptorConfiguration {
  readonly impostors: readonly Impostor[];
  readonly doors: readonly { readonly address: string; readonly port: number; readonly server: string }[];
}

const HTTPS_PORT = 443;
const BLOCK_PAGE = '<!doctype html><title>Not here</title><p>This site may not be read here.';

const { impostors, doors } = JSON.parse(process.argv[2] ?? '') as InterceptorConfiguration;

function serve(client: Socket, server: string): void {
  client.on('error', () => {});
  let head = Buffer.alloc(0);
  const look = () => {
    for (let chunk = client.read() as Buffer | null; chunk; chunk = client.read() as Buffer | null)
      head = Buffer.concat([head, chunk]);
    const sighting = sightServerName(head);
    if (sighting.kind === 'incomplete' && head.length < 2 * MAX_HELLO) return;
    client.off('readable', look);
    client.unshift(head);
    const impostor =
      sighting.kind === 'name' ? impostors.find(({ name }) => isUnder(sighting.name, name)) : undefined;
    if (impostor) impersonate(client, impostor);
    else carryOn(client, server);
  };
  client.on('readable', look);
}

function impersonate(client: Socket, { credentials, status }: Impostor): void {
  const tls = new TLSSocket(client, { isServer: true, ...credentials });
  tls.on('error', () => client.destroy());
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: text/html\r\n`;
  const length = `content-length: ${BLOCK_PAGE.length}\r\nconnection: close\r\n\r\n`;
  tls.once('data', () => tls.end(`${head}${length}${BLOCK_PAGE}`));
}

function carryOn(client: Socket, server: string): void {
  const upstream = connect({ host: server, port: HTTPS_PORT });
  upstream.on('error', () => client.resetAndDestroy());
  client.on('error', () => upstream.resetAndDestroy());
  client.pipe(upstream).pipe(client);
}

for (const { address, port, server } of doors)
  await new Promise<void>((done) => {
    createServer((client) => serve(client, server)).listen(port, address, done);
  });
process.stdout.write('ready\n');
exitWithInput();
