import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CertificateAuthority } from '../../deploy/testbed/certificates.js';

/** What a stand-in answers at one path. */
export interface Thing {
  readonly type: string;
  readonly body: string | Buffer;
  /** Honours `Range` (default: yes). */
  readonly ranges?: boolean;
  /** Redirects there instead. */
  readonly location?: string;
}

/** A platform on loopback whose things can be moved while it runs. */
export class Platform {
  readonly things = new Map<string, Thing>();
  readonly caFile: string;
  readonly #server: Server;

  private constructor(server: Server, caFile: string) {
    this.#server = server;
    this.caFile = caFile;
  }

  /** @param folder for the certificate of its authority */
  static async start(folder: string): Promise<Platform> {
    const ca = new CertificateAuthority('Catalogue test CA', Date.now());
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, ca.cert);
    const server = createServer(ca.issue(['localhost']));
    const platform = new Platform(server, caFile);
    server.on('request', (request, response) => {
      const thing = platform.things.get(request.url ?? '');
      if (!thing) return response.writeHead(404).end();
      if (thing.location) return response.writeHead(302, { location: thing.location }).end();
      const body = Buffer.from(thing.body);
      const range = thing.ranges === false ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      if (!range) {
        const headers = { 'content-type': thing.type, 'content-length': body.length };
        return response.writeHead(200, headers).end(body);
      }
      const part = body.subarray(Number(range[1]), Number(range[2]) + 1);
      const span = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${body.length}`;
      response.writeHead(206, { 'content-type': thing.type, 'content-range': span }).end(part);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return platform;
  }

  get origin(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
