import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

describe('docs/THEMING.md', () => {
  it('lists every token of styles.css with its values, and no other', () => {
    const declared = /:where\(:root, \[data-theme\]\) \{([^}]*)\}/.exec(read('src/components/styles.css'))![1]!
    const tokens = [...declared.matchAll(/(--echo-[a-z-]+): (.*);/g)].map(([, name, value]) => {
      const [, light = value, dark = ''] = /^light-dark\((#\w+), (#\w+)\)$/.exec(value!) ?? []
      return [name, light, dark]
    })
    const rows = [...read('docs/THEMING.md').matchAll(/^\| `(--echo-[a-z-]+)` \| `([^`]+)` \| (?:`([^`]+)` )?\|/gm)]
    expect(rows.map(([, name, light, dark = '']) => [name, light, dark])).toEqual(tokens)
    expect(tokens).toHaveLength(11)
  })
})
