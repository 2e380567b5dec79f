import { readFileSync } from 'node:fs'

/** The names that a file of source, or a built one, exports by a list or where they are declared; types too, where it has them. */
export function exportedNames(path: string): string[] {
  const code = readFileSync(path, 'utf8')
  const lists = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(','))
  const declared = code.matchAll(/^export (?:declare )?(?:async )?(?:const|function|class|interface|type) (\w+)/gm)
  return [...lists.map((name) => name.trim().replace(/^type /, '')), ...[...declared].map(([, name]) => name!)].filter(
    (name) => name !== '',
  )
}
