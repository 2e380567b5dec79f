/** Types of ports.mjs for the tests. */
export function freePort(first: number): Promise<number>
export function waitForPort(port: number, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<boolean>
