/** Version of this agent, as it stands in package.json; goes with every result. */
export const AGENT_VERSION = '0.1.0';
