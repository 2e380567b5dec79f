import { expect } from 'vitest'
import type { MalformedCase } from './malformedCase.ts'

/** Five times what a refusal may take. */
const mostMs = 500

/**
 * Gives each case to `judge` and expects the refusal that the case names, in time; then says how often each code was met.
 * @param judge gives the code of the refusal, or anything else where it was taken
 * @param codes every code of the kind: one without a case fails, so that a rule cannot lose its test unseen
 */
export async function judgeCases<Case extends MalformedCase<unknown>>(
  kind: string,
  cases: readonly Case[],
  codes: readonly string[],
  judge: (malformed: Case) => string | Promise<string>,
): Promise<void> {
  const hits = new Map<string, number>(codes.map((code) => [code, 0]))
  const wrong: unknown[] = []
  for (const malformed of cases) {
    const startMs = performance.now()
    const got = await judge(malformed)
    const ms = performance.now() - startMs
    if (got === malformed.code) hits.set(got, (hits.get(got) ?? 0) + 1)
    else wrong.push({ name: malformed.name, got, expected: malformed.code })
    if (ms > mostMs) wrong.push({ name: malformed.name, ms })
  }
  expect(wrong).toEqual([])
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  expect([...hits].filter(([, count]) => count === 0)).toEqual([])
  console.info(`malformed ${kind}: ${cases.length} refused; ${[...hits].map(([code, count]) => `${code} ${count}`).join(', ')}`)
}

/** A case for every length that `bytes` can be cut to. */
export function truncations(bytes: Uint8Array, code: string): MalformedCase<Uint8Array>[] {
  return Array.from({ length: bytes.length }, (_, length) => ({ name: `cut to ${length} bytes`, code, input: bytes.slice(0, length) }))
}
