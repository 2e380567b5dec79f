/**
 * A test fails when something calls console.error and the test did not expect it.
 * A test that expects one says so: `vi.spyOn(console, 'error').mockImplementation(() => {})`.
 */
import { afterAll, afterEach } from 'vitest'

const unexpected: string[] = []
const print = console.error.bind(console)

console.error = (...args: unknown[]) => {
  // A browser says so when sizes that are measured in a frame lead to others, which then wait for the next: no fault.
  if (String(args[0]).includes('ResizeObserver loop')) return
  unexpected.push(args.map(String).join(' '))
  print(...args)
}

function assertSilence(): void {
  const messages = unexpected.splice(0)
  if (messages.length > 0) throw new Error(`console.error was called ${messages.length} time(s), first with: ${messages[0]}`)
}

afterEach(assertSilence)
afterAll(assertSilence)
