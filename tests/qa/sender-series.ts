import type { SenderSample } from '@brakelight/coordinator/detection/mechanism';
import {
  type KernelBench,
  type MeasurementEndpoint,
  SERVERS,
} from '../../deploy/dist/testbed/kernel/bench.js';

const ASK = `
const [address, port, id] = process.argv.slice(1);
require('node:https').get({ host: address, port, path: '/v1/result?id=' + id, rejectUnauthorized: false },
  (answer) => answer.pipe(process.stdout));`;

/** What the measurement server's kernel saw of a transfer. */
export async function senderSeries(
  bench: KernelBench,
  { address, port }: MeasurementEndpoint,
  transferId: string,
): Promise<readonly SenderSample[]> {
  const command = [process.execPath, '-e', ASK, address, String(port), transferId];
  const { stdout } = await bench.run(SERVERS, command);
  // A transfer that never reached the server has no result.
  if (stdout === '') return [];
  const { tcpInfo, samples } = JSON.parse(stdout) as { tcpInfo: boolean; samples: SenderSample[] };
  if (!tcpInfo) throw new Error('the measurement server has no TCP_INFO here');
  return samples;
}
