/** Types of natsServer.mjs for the tests. */
export function ensureNatsServer(): Promise<string>
