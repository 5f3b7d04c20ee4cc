/**
 * Version of the method: what the numbers of a result mean, and what is made of them (method sections 2 to 4). Any
 * change that can change a rate, a class or a verdict raises it: results, rows and incidents carry the version that made
 * them.
 */
export const METHOD_VERSION = '1.3.0';
