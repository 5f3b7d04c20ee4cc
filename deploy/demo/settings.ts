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
  // One false alarm in 200 days of such periods, for a fleet of as many cells as this world has.
  FALSE_ALARMS_PER_YEAR: '160',
  FLEET_CELLS: '36',
  // A hundred simulated clients share one address with nobody, but poll every few seconds.
  RATE_LIMIT_REQUESTS: '6000',
  TARGET_ALLOW_CIDR: '127.0.0.0/8',
  WEBHOOK_ALLOW_CIDR: '127.0.0.0/8',
  LOG_LEVEL: 'info',
};

/** The throttle of March 2021. */
export const THROTTLE = { kbps: 140, burstBytes: 20_000 } as const;
