import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportedNames } from './exportedNames.node.ts'
import type { Block } from './readMarkdown.ts'

const ofReact = ['useEffect', 'useState', 'KeyboardEvent']
/** Files that are used within the package only. */
const internal = /^src\/(access|network|storage)\/|Acceptance\.ts$|memoryDocumentCaches/

/**
 * The `@example`s of docstrings in src that are for apps, by their files. Each becomes a function of its own; in front of its first line stand the imports of what it uses: what
 * the package exports, what its own file does, and React.
 * @param entries the declarations of each entry of the built package, by its name; of two that export one name the first counts
 */
export function readExamples(root: string, entries: ReadonlyMap<string, string>): ReadonlyMap<string, readonly Block[]> {
  const sources = new Map(ofReact.map((name) => [name, 'react']))
  for (const [entry, declarations] of entries) {
    for (const name of exportedNames(join(root, declarations))) if (!sources.has(name)) sources.set(name, entry)
  }
  const examples = new Map<string, Block[]>()
  for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    const path = `src/${file.replaceAll('\\', '/')}`
    if (!/\.tsx?$/.test(file) || internal.test(path)) continue
    const text = readFileSync(join(root, path), 'utf8')
    const own = new Map(exportedNames(join(root, path)).map((name) => [name, join(root, path)]))
    for (const { index, 0: tag, 1: lines } of text.matchAll(/^ *\* @example.*\n((?: *\*(?! @|\/).*\n)+)/gm)) {
      const code = lines!.replaceAll(/^ *\* ?/gm, '').trimEnd()
      const line = text.slice(0, index + tag.indexOf('\n')).split('\n').length
      const block = { language: 'tsx', line, code: asModule(code, new Map([...own, ...sources])), goesOn: false }
      examples.set(path, [...(examples.get(path) ?? []), block])
    }
  }
  return examples
}

/** The example as a function, one line longer than it is: the imports stand in the line of its tag. */
function asModule(code: string, sources: ReadonlyMap<string, string>): string {
  if (code.startsWith('import ')) return `\n${code}`
  const named = new Set(code.match(/[A-Za-z_]\w*/g))
  const declared = new Set([...code.matchAll(/^(?:const|let|function) (\w+)/gm)].map(([, name]) => name))
  const imports = [...sources]
    .filter(([name]) => named.has(name) && !declared.has(name))
    .map(([name, from]) => `import { ${name} } from '${from}'`)
  // What is drawn stands on lines of its own, where a line before may not have ended.
  return `${imports.join(';')}; export async function Example() {\n${code.replaceAll(/^<(?!\/)/gm, ';<')}\n}`
}
