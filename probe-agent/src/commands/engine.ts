import type { Measure } from '../agent.js';
import type { Config } from '../config.js';
import type { AgentLogger } from '../loop/events.js';

/** The measurement engine, made for this machine's settings. */
export async function openEngine(
  _config: Config,
  _logger: AgentLogger,
): Promise<{ measure: Measure; methodVersion: string }> {
  throw new Error('the measurement engine is not built yet');
}
