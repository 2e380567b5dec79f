import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const folder = join(root, 'stories/hooks')

it('shows every hook of the package in a story', () => {
  const hooks = [...readFileSync(join(root, 'src/index.ts'), 'utf8').matchAll(/\{ (use[A-Z]\w*)/g)].map(([, name]) => name!)
  const stories = readdirSync(folder)
    .filter((file) => file.endsWith('.stories.tsx'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  expect(hooks.length).toBeGreaterThan(40)
  // A play function is what makes a story fail when its hook breaks.
  for (const story of stories) expect(story.match(/play:/g)?.length).toBe(story.match(/^export const /gm)?.length)
  const shown = new Set(stories.flatMap((story) => [...story.matchAll(/\b(use[A-Z]\w*)\(/g)].map(([, name]) => name)))
  expect(hooks.filter((hook) => !shown.has(hook))).toEqual([])
})
