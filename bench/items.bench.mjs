/** Items: creating, loading and heap, each contender in a process of its own, all in one run. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { median, printTable } from './lib/report.mjs'

const runs = 3

function contend(name, count) {
  const script = join(import.meta.dirname, 'lib', 'contend.mjs')
  const figures = Array.from({ length: runs }, () =>
    JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, name, String(count)], { stdio: ['ignore', 'pipe', 'ignore'] })),
  )
  const of = (key) => median(figures.map((figure) => figure[key]))
  return { name: figures[0].name, createMs: of('createMs'), loadMs: of('loadMs'), heapMB: of('heapMB') }
}

function compare(count, names) {
  const rows = names.map((name) => contend(name, count))
  const peer = rows[0]
  printTable(
    `${count.toLocaleString('en')} items of 5 fields, written 100 at a time (median of ${runs}; "×" = against the first row, more is better)`,
    ['', 'create', '×', 'load', '×', 'heap', '× (less is better)'],
    rows.map((row) => [
      row.name,
      `${row.createMs.toFixed(0)} ms`,
      (peer.createMs / row.createMs).toFixed(2),
      `${row.loadMs.toFixed(0)} ms`,
      (peer.loadMs / row.loadMs).toFixed(2),
      `${row.heapMB.toFixed(0)} MB`,
      (row.heapMB / peer.heapMB).toFixed(2),
    ]),
  )
}

compare(100_000, ['yMapPerItem', 'yFlatMap', 'echo', 'syncedStore'])
compare(10_000, ['yMapPerItem', 'yFlatMap', 'echo', 'syncedStore', 'tinyBase', 'automerge'])
console.log(
  'Goals for echo-react against one Y.Map per item: create 1.5, load 3, heap at most 0.4. Automerge keeps its data in WebAssembly memory, which the heap does not show.',
)
