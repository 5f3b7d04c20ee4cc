/** The process that hosts chDB. It lives as long as the IPC channel to the launcher, and no longer. */
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { ChdbEngine } from './engine.js';
import { clickhouseInterface } from './http.js';
import { type ChdbAnswer, type ChdbOrder, isChdbOrder } from './messages.js';

function answer(message: ChdbAnswer): void {
  process.send?.(message);
}

async function serve({ folder, password, port, memoryBytes }: ChdbOrder): Promise<() => Promise<void>> {
  const { Session } = await import('chdb');
  const spool = join(folder, 'spool');
  const database = join(folder, 'database');
  await rm(spool, { recursive: true, force: true });
  await mkdir(spool, { recursive: true, mode: 0o700 });
  const connectionArgs = [
    `--max_server_memory_usage=${memoryBytes}`,
    // The defaults of a big server's caches (5 GB of marks) have no place on a small machine.
    `--mark_cache_size=${64 * 1024 ** 2}`,
    `--index_mark_cache_size=${16 * 1024 ** 2}`,
    '--uncompressed_cache_size=0',
    `--mmap_cache_size=0`,
  ];
  const writes = new Session(database, { connectionArgs });
  const reads = new Session(database, { connectionArgs });
  // Query parameters, lists of ids among them, travel in the address.
  const server = createServer(
    { maxHeaderSize: 1024 ** 2 },
    clickhouseInterface(new ChdbEngine(reads, writes, spool), password),
  );
  server.keepAliveTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port on loopback');
  answer({ port: address.port });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await closed;
    reads.close();
    writes.close();
  };
}

let close: (() => Promise<void>) | null = null;

/** Ends the process; answers that are under way are finished when the launcher asks, not when it is dead. */
async function end(graceful: boolean): Promise<never> {
  if (graceful) await close?.();
  process.exit(0);
}

process.once('disconnect', () => void end(false));
process.once('SIGTERM', () => void end(true));
process.once('message', (message) => {
  if (!isChdbOrder(message)) return;
  serve(message).then(
    (stop) => {
      close = stop;
    },
    (error: unknown) => {
      answer({ failed: error instanceof Error ? error.message : String(error) });
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
