/** Version of the measurement: what the numbers of a result mean. */
export const METHOD_VERSION = '1.0.0';
