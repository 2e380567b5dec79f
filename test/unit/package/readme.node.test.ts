import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

describe('the README', () => {
  it('shows the quick start that the type check compiles, word for word', () => {
    const shown = /```tsx\n(.*?)```/s.exec(read('README.md'))?.[1]
    expect(shown?.replaceAll(/\s+/g, ' ')).toBe(read('test/types/quickStart.tsx').replaceAll(/\s+/g, ' '))
  })

  it('shows editors as the type check compiles them', () => {
    const [, shown, rich] = [...read('README.md').matchAll(/```tsx\n(.*?)```/gs)].map(([, code]) => code)
    expect(shown).toBe(read('test/types/markdown.tsx'))
    expect(rich).toBe(read('test/types/richText.tsx'))
  })

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...read('README.md').matchAll(/npm (?:run ([a-z:]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short!)
    expect(named.length).toBeGreaterThan(3)
    for (const name of named) expect(scripts, name).toHaveProperty(name)
  })
})
