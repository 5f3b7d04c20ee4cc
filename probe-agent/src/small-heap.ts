import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at the size with which it starts (about 1 MB) instead of letting it grow to 48 MB under a
 * long round: an agent has time to collect more often, and its machine better uses for the memory. Must come before
 * whatever allocates much; `--max-semi-space-size` would do the same, but a program that npm links cannot carry options
 * of Node everywhere.
 */
setFlagsFromString('--semi-space-growth-factor=1');
