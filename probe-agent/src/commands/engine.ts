import { METHOD_VERSION } from '@brakelight/shared';
import type { Config } from '../config.js';
import { systemClock } from '../measure/clock.js';
import { MeasurementEngine } from '../measure/engine.js';
import type { Measure } from '../measure/measure.js';
import { NameResolver } from '../measure/name-resolver.js';
import { AddressPolicy } from '../net/addresses.js';

/** The measurement engine with this machine's settings. */
export function openEngine(config: Config): { measure: Measure; methodVersion: string } {
  const { localAddress, dnsServers } = config;
  const engine = new MeasurementEngine({
    resolver: new NameResolver({ servers: dnsServers.length > 0 ? dnsServers : undefined, localAddress }),
    localAddress,
    addresses: new AddressPolicy(config.targetAllowCidr),
    clock: systemClock,
    random: Math.random,
  });
  return { measure: (test, run) => engine.measure(test, run), methodVersion: METHOD_VERSION };
}
