/** A fenced block of a Markdown page. */
export interface Block {
  readonly language: string
  /** The line of its first line of code, from 1. */
  readonly line: number
  readonly code: string
  /** Whether `<!-- goes on -->` stands before it: it belongs to the same module as the block before. */
  readonly goesOn: boolean
}

export interface Link {
  readonly line: number
  readonly target: string
}

/** What a page is checked for. */
export interface Markdown {
  readonly blocks: readonly Block[]
  readonly links: readonly Link[]
  /** What the headings are called in addresses, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>
}

const fence = /^\s*```(\w*)/
const linkPattern = /\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g

/** Reads a page line by line; what stands in blocks and in code spans is neither link nor heading. */
export function readMarkdown(text: string): Markdown {
  const blocks: Block[] = []
  const links: Link[] = []
  const anchors = new Set<string>()
  const lines = text.split('\n')
  let marked = false
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!
    const language = fence.exec(line)?.[1]
    if (language !== undefined) {
      const end = lines.findIndex((other, at) => at > index && fence.test(other))
      const code = lines.slice(index + 1, end < 0 ? undefined : end).join('\n')
      blocks.push({ language, line: index + 2, code, goesOn: marked })
      index = end < 0 ? lines.length : end
      marked = false
      continue
    }
    if (line.trim() !== '') marked = line.trim() === '<!-- goes on -->'
    const prose = line.replaceAll(/`[^`]*`/g, '')
    for (const [, target, ofTag] of prose.matchAll(linkPattern)) links.push({ line: index + 1, target: (target ?? ofTag)! })
    const heading = /^#+ (.*)$/.exec(line)?.[1]
    if (heading !== undefined) anchors.add(freeAnchor(heading, anchors))
  }
  return { blocks, links, anchors }
}

function freeAnchor(heading: string, taken: ReadonlySet<string>): string {
  const anchor = heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
  let free = anchor
  for (let count = 1; taken.has(free); count += 1) free = `${anchor}-${count}`
  return free
}
