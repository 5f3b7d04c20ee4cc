/**
 * Version of the method that makes classes, evidence and verdicts (docs: method sections 3 and 4). Any change that
 * can change a class or a verdict raises it: rows and incidents carry the version that made them.
 */
export const METHOD_VERSION = '1.0.0';
