import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { buildConnector, Client } from 'undici';
import { z } from 'zod';

/** A measurement server, as this coordinator itself reaches it: by any of its addresses. */
export interface ResultServer {
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
  /** SHA-256 (base64) of the public keys that it may show. */
  readonly pins: readonly string[];
}

const TIMEOUT_MS = 10_000;
/** A result has at most 120 samples of about 200 bytes. */
const MAX_BYTES = 200_000;
const MAX_SAMPLES = 1_000;

const Sample = z.object({
  ms: z.number(),
  rttMs: z.number().optional(),
  minRttMs: z.number().optional(),
  bytesAcked: z.number().optional(),
  bytesRetransmitted: z.number().optional(),
});

/** What the server tells of one transfer, as far as it is asked here. */
export const SenderResult = z.object({ tcpInfo: z.boolean(), samples: z.array(Sample).max(MAX_SAMPLES) });
export type SenderResult = z.infer<typeof SenderResult>;

/**
 * Asks a measurement server for what it saw, at one address after the other: where this machine has no IPv6, or where the
 * server is two machines, one for each family. Nothing is sent to a server that does not show one of its keys.
 */
export class ResultClient {
  readonly #clients: readonly Client[];

  constructor({ endpoints, pins }: ResultServer) {
    const options: Client.Options = {
      connect: pinned(pins),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      maxResponseSize: MAX_BYTES,
    };
    this.#clients = endpoints.map(
      ({ address, port }) =>
        new Client(`https://${isIPv6(address) ? `[${address}]` : address}:${port}`, options),
    );
  }

  /**
   * @returns `null` where the server knows nothing of such a transfer, or no more
   * @throws Error of the last address that gave no answer, where no other knew the transfer
   */
  async result(transferId: string): Promise<SenderResult | null> {
    let failure: unknown = null;
    for (const client of this.#clients) {
      try {
        const found = await ask(client, transferId);
        if (found !== null) return found;
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== null) throw failure;
    return null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.destroy()));
  }
}

async function ask(client: Client, transferId: string): Promise<SenderResult | null> {
  const { statusCode, body } = await client.request({
    method: 'GET',
    path: `/v1/result?id=${encodeURIComponent(transferId)}`,
  });
  if (statusCode === 200) return SenderResult.parse(await body.json());
  await body.dump();
  if (statusCode === 404) return null;
  throw new Error(`the measurement server answered ${statusCode}`);
}

/** Connects, and looks at the key before anything is written. A resumed session shows no certificate: there is none. */
function pinned(pins: readonly string[]): buildConnector.connector {
  const connect = buildConnector({
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    maxCachedSessions: 0,
    timeout: TIMEOUT_MS,
  });
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if (pins.includes(pinOf(socket as TLSSocket))) return callback(null, socket);
      socket.destroy();
      callback(new Error('the measurement server shows another key than was announced'), null);
    });
  };
}

function pinOf(socket: TLSSocket): string {
  const spki = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256')
    .update(spki ?? '')
    .digest('base64');
}
