import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DrawnTest } from '@brakelight/shared';
import { CertificateAuthority } from '../testbed/certificates.js';
import { DnsServer } from '../testbed/dns-server.js';
import { PlatformServer } from '../testbed/platform-server.js';
import { download, LADDER, platformTest } from './drawn-tests.js';
import { SmallCoordinator } from './small-coordinator.js';

const HERE = '127.0.0.1';
const NAME = 'chirp.example';
const PATH = '/object';
const POOL_BYTES = 1_000_000;

/** What an agent on loopback needs: a coordinator, a platform, a name server. */
export class FarEnd {
  readonly coordinator: SmallCoordinator;
  readonly #platform: PlatformServer;
  readonly #names = new DnsServer((name) => (name === NAME ? [HERE] : 'nxdomain'));
  readonly #ca = new CertificateAuthority('Brakelight bench CA', Date.now());
  readonly #rounds: { tests: number; pollAfterMs: number }[];
  #platformPort = 0;

  /** @param rounds what each poll is answered; the last one for ever */
  constructor(rounds: { tests: number; pollAfterMs: number }[]) {
    this.#rounds = rounds;
    const objects = [{ path: PATH, bytes: 1_000_000, contentType: 'video/mp4' }];
    const credentials = this.#ca.issue([NAME]);
    this.#platform = new PlatformServer([{ name: NAME, credentials, objects }], randomBytes(POOL_BYTES));
    this.coordinator = new SmallCoordinator(() => this.#draw());
  }

  /** @param folder where the CA's certificate is written */
  async listen(folder: string): Promise<{ url: string; dnsServers: string; caFile: string }> {
    this.#platformPort = await this.#platform.listen(HERE, 0);
    const dnsServers = `${HERE}:${await this.#names.listen(HERE, 0)}`;
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, this.#ca.cert);
    return { url: await this.coordinator.listen(), dnsServers, caFile };
  }

  async close(): Promise<void> {
    await Promise.all([this.coordinator.close(), this.#platform.close(), this.#names.close()]);
  }

  #draw(): { tests: DrawnTest[]; pollAfterMs: number } {
    const round = (this.#rounds.length > 1 ? this.#rounds.shift() : this.#rounds[0]) ?? {
      tests: 0,
      pollAfterMs: 0,
    };
    const url = `https://${NAME}:${this.#platformPort}${PATH}`;
    const tests = Array.from({ length: round.tests }, () =>
      platformTest([download('A', url, LADDER), download('B', url, LADDER)]),
    );
    return { tests, pollAfterMs: round.pollAfterMs };
  }
}
