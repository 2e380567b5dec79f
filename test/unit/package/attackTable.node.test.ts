import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { attackTable } from '../../attackTable.ts'

const root = new URL('../../', import.meta.url)

describe('the table of attacks', () => {
  it('names a test for each that there is', () => {
    const files = new Map<string, string>()
    const missing = attackTable.filter(({ test: [file, name] }) => {
      const text = files.get(file) ?? readFileSync(new URL(file, root), 'utf8')
      files.set(file, text)
      return !text.includes(name)
    })
    expect(missing).toEqual([])
  })

  it('has a row for each of 147', () => {
    const names = attackTable.map(({ attack, ends }) => `${ends}: ${attack}`)
    expect(new Set(names).size).toBe(names.length)
    console.info(`attacks: ${names.length}`)
    expect(names.length).toBeGreaterThanOrEqual(147)
  })
})
