import { readFile } from 'node:fs/promises';
import { type EvidenceBundle, verifyEvidence } from '../detection/evidence.js';

/** `npm run verify -- bundle.json`: recomputes a decision from its evidence bundle alone. */
const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('usage: verify <bundle.json>\n');
  process.exit(2);
}
try {
  const said = verifyEvidence(JSON.parse(await readFile(path, 'utf8')) as EvidenceBundle);
  process.stdout.write(`${said}\n`);
  process.exitCode = said === 'same' ? 0 : 1;
} catch (error) {
  process.stderr.write(`verify: ${path} is no evidence bundle: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
