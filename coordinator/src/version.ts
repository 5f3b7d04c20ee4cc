import { createRequire } from 'node:module';

/** Version of the coordinator, from its package. */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version;
