/**
 * The method, shortened so that an afternoon fits into minutes. All of it is configuration that any operator has; the
 * code that runs is the code of `npm start`. What it costs: with periods of seconds, the false-alarm budget is
 * one in so many demos, not one a year for a fleet.
 */
export const UNIT_PERIOD_S = 8;

export const COORDINATOR_SETTINGS: Readonly<Record<string, string>> = {
  UNIT_PERIOD: `PT${UNIT_PERIOD_S}S`,
  TEST_INTERVAL: `PT${UNIT_PERIOD_S - 1}S`,
  WINDOW_PERIODS: '96',
  PROBATION: 'PT0S',
  PROBATION_TESTS: '0',
  // A = 36 cells x 3.9 million periods a year / 5,000: R has to reach 28,000. A fleet of this size that never stopped
  // would meet a false alarm in two hours at the worst; a demo lasts five minutes.
  FALSE_ALARMS_PER_YEAR: '5000',
  FLEET_CELLS: '36',
  // Who looks at the page while the demo polls the same address should not be turned away.
  RATE_LIMIT_REQUESTS: '6000',
  TARGET_ALLOW_CIDR: '127.0.0.0/8',
  WEBHOOK_ALLOW_CIDR: '127.0.0.0/8',
  LOG_LEVEL: 'info',
};

/** The throttle of March 2021. */
export const THROTTLE = { kbps: 140, burstBytes: 20_000 } as const;
