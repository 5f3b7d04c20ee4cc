import { fileURLToPath } from 'node:url';

/** Where every server of the bench answers. */
export const HTTPS_PORT = 443;

/** The built file of one of the bench's helper programs. */
export function programFile(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
}
