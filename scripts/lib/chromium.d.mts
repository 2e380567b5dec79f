/** Types of chromium.mjs for the tests and the vitest configuration. */
export function findChromium(): Promise<string | undefined>
export function ensureChromium(): Promise<string>
export function chromiumArgs(): string[]
export function chromiumLaunchOptions(): Promise<{ executablePath?: string; args: string[] }>
