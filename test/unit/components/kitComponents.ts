import * as kit from '../../../src/components/index.ts'
import * as list from '../../../src/components/data/InfiniteList.tsx'
import * as markdown from '../../../src/editors/markdown/index.ts'
import * as richText from '../../../src/editors/rich-text/index.ts'
import type { ComponentName } from './kitCases.tsx'

/** The names of all components that the entries export, sorted. */
export const kitComponents = [kit, list, markdown, richText]
  .flatMap((entry) => Object.keys(entry))
  .filter((name) => /^[A-Z]/.test(name))
  .toSorted() as ComponentName[]
