import type { Scenario } from './scenario.js';
import { liarScenarios } from './scenarios/liars.js';
import { ORDINARY } from './scenarios/ordinary.js';
import { OUTSIDE } from './scenarios/outside.js';
import { THROTTLING } from './scenarios/throttling.js';

/** Every scenario, in the order in which they are listed and run. */
export const SCENARIOS: readonly Scenario[] = [...ORDINARY, ...THROTTLING, ...liarScenarios(), ...OUTSIDE];
