/** The packages that the project's files import by value, read from the files themselves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

const isSource = (name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts')
const importForms = [/\bfrom\s*'([^']+)'/g, /\bimport\s*'([^']+)'/g, /\bimport\(\s*'([^']+)'\s*\)/g]

function filesOf(folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
}

function specifiersIn(path) {
  const text = readFileSync(join(root, path), 'utf8').replace(/^\s*(import|export) type [^']*'[^']+'/gm, '')
  return importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1]))
}

/**
 * Package specifiers (`yjs`, `lib0/encoding`) of all files in `folders`, sorted, each once.
 * @param folders relative to the root of the repository.
 * @param skip tells which paths to leave out.
 */
export function bareImports(folders, skip = () => false) {
  const paths = folders.flatMap(filesOf).filter((path) => isSource(path) && !skip(path))
  const all = paths
    .flatMap(specifiersIn)
    .filter((specifier) => /^[@a-z]/.test(specifier) && !/^(node:|echo-react|vitest|virtual:)/.test(specifier))
  return [...new Set(all)].sort()
}
