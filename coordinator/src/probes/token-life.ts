const DAY_MS = 86_400_000;

/** How long an enrolment token is good for where nobody says otherwise. */
export const TOKEN_LIFE_MS = 30 * DAY_MS;
/** And at most: what lies about for longer is found by somebody. */
export const MAX_TOKEN_LIFE_MS = 366 * DAY_MS;
