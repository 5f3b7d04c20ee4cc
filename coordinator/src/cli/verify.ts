import { readFile } from 'node:fs/promises';
import { verifyText } from './verify/text.js';

/** `npm run verify -- bundle.json`: recomputes a decision from its evidence bundle alone. */
const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('usage: verify <bundle.json>\n');
  process.exit(2);
}
try {
  const said = verifyText(await readFile(path, 'utf8'));
  process.stdout.write(`${said}\n`);
  process.exitCode = said === 'same' ? 0 : 1;
} catch (error) {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const why = missing ? 'there is no such file' : `it is no evidence bundle: ${(error as Error).message}`;
  process.stderr.write(`verify: ${path}: ${why}\n`);
  process.exitCode = 1;
}
