import type { Logger } from 'pino';
import { Cells } from './cells.js';
import { Database } from './client.js';
import { Incidents } from './incidents.js';
import { Measurements } from './measurements.js';
import { migrate } from './migrations.js';
import { SenderViews } from './sender-views.js';
import { Units } from './units.js';

/** What happened: everything in ClickHouse. The only place that knows SQL. */
export interface Store {
  readonly measurements: Measurements;
  readonly units: Units;
  readonly senderViews: SenderViews;
  readonly cells: Cells;
  readonly incidents: Incidents;
  /** Whether ClickHouse answers. Never throws. */
  ping(): Promise<boolean>;
  /** Makes the database and its tables, or brings them up to date; to be called before anything else. */
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store; nothing is sent before it is used.
 * @param options.database made by `migrate` when it does not exist
 */
export function openStore(options: { url: string; database?: string; logger: Logger }): Store {
  const { url, database: name = 'brakelight', logger } = options;
  const database = new Database({ url, database: name });
  return {
    measurements: new Measurements(database),
    units: new Units(database),
    senderViews: new SenderViews(database),
    cells: new Cells(database),
    incidents: new Incidents(database),
    ping: () => database.ping(),
    migrate: async () => {
      const server = new Database({ url, database: 'default' });
      try {
        const versions = await migrate(server, database);
        if (versions.length > 0) logger.info(`the store's schema was brought to version ${versions.at(-1)}`);
      } finally {
        await server.close();
      }
    },
    close: () => database.close(),
  };
}
