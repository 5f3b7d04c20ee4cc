import { createInterface } from 'node:readline';
import { type DelayConfiguration, DelayRelay } from '../delay-relay.js';

/** Configuration as argument, new ones as lines of input; each is answered by a line when it is in force. */
const read = (text: string) => JSON.parse(text) as DelayConfiguration;
const relay = new DelayRelay(read(process.argv[2] ?? ''));
await relay.listen();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    relay.configure(read(line));
    process.stdout.write('configured\n');
  })
  .on('close', () => process.exit());
process.stdout.write('ready\n');
