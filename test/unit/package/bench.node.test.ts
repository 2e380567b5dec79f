import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

it('the benchmarks import files of the library that are there', () => {
  const files = readdirSync(join(root, 'bench'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs') && !file.includes('node_modules'))
    .map((file) => join('bench', file))
  const imports = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/ from '([./]+\/dist\/[^']+)\.js'/g)].map(([, path]) => ({
      file,
      source: join(root, dirname(file), path!).replace(join(root, 'dist'), join(root, 'src')),
    })),
  )
  expect(imports.length).toBeGreaterThan(20)
  expect(imports.filter(({ source }) => !existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`))).toEqual([])
})
