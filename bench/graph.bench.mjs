/** Queries, writes, moves, undo and texts over 100,000 items against other stores, each contender in a process of its own, all in one run. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { median, ms, percentile, printTable } from './lib/report.mjs'
import { batchCount, itemCount, owners, shownRows, subtreeCount } from './lib/tasks.mjs'

const textCount = 5_000

function contend(script, ...rest) {
  return JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', join(import.meta.dirname, 'lib', script), ...rest], {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e8,
    }),
  )
}

const number = (count) => count.toLocaleString('en')
const all = ['echo', 'tinyBase', 'rxdb', 'tanStackDb', 'yjsScan'].map((name) => contend('contendGraph.mjs', name))
const [own] = all
/** Against the first row; what the peer does not have is no figure. */
const ratio = (figure, ofOwn) => (figure === undefined ? '' : (figure / ofOwn).toFixed(figure / ofOwn < 10 ? 2 : 0))
const shown = (figure) => (figure === undefined ? 'none' : ms(figure))

printTable(
  `The ${shownRows} first of about ${number(Math.round((itemCount / owners / 3) * 2))} matches among ${number(itemCount)} items: filtered, sorted, with the index that there is ("×" = against echo-react, more is slower)`,
  ['', 'first query of all', 'another, first run (median)', '×', 'slowest', 'making the items'],
  all.map(({ name, firstRunMs, runsMs, createMs }) => [
    name,
    ms(firstRunMs),
    ms(median(runsMs)),
    ratio(median(runsMs), median(own.runsMs)),
    ms(Math.max(...runsMs)),
    ms(createMs),
  ]),
)
printTable(
  `One write under ${owners} live queries of ${shownRows} sorted rows over ${number(itemCount)} items, until the one that it concerns has told its listener`,
  ['', 'p50', '×', 'p95', '×', 'opening all', 'writes'],
  all.map(({ name, writesMs, openMs }) => [
    name,
    ms(percentile(writesMs, 0.5)),
    ratio(percentile(writesMs, 0.5), percentile(own.writesMs, 0.5)),
    ms(percentile(writesMs, 0.95)),
    ratio(percentile(writesMs, 0.95), percentile(own.writesMs, 0.95)),
    ms(openMs),
    writesMs.length,
  ]),
)
printTable(
  `A tree of ${number(subtreeCount)} items gets another parent (median of ${own.movesToldMs.length})`,
  ['', 'the move', '×', 'until a listener has what lies under the new parent', '×'],
  all.map(({ name, movesMs, movesToldMs }) => [
    name,
    ms(median(movesMs)),
    ratio(median(movesMs), median(own.movesMs)),
    ms(median(movesToldMs)),
    ratio(median(movesToldMs), median(own.movesToldMs)),
  ]),
)
printTable(
  `${number(batchCount)} items changed in one batch, and taken back (median of ${own.undosMs.length})`,
  ['', 'undo', '×', 'the batch', '×'],
  all.map(({ name, undosMs, batchesMs }) => [
    name,
    shown(undosMs && median(undosMs)),
    ratio(undosMs && median(undosMs), median(own.undosMs)),
    shown(batchesMs && median(batchesMs)),
    ratio(batchesMs && median(batchesMs), median(own.batchesMs)),
  ]),
)
const texts = ['echo', 'yjs'].map((name) => contend('contendTexts.mjs', name, String(textCount)))
printTable(
  `${number(textCount)} texts of 400 characters opened, closed, and again: the heap`,
  ['', 'opening one', 'heap of all open', 'left once all are closed'],
  texts.map(({ name, openMs, openMB, growthMB }) => [name, ms(openMs / textCount), `${openMB.toFixed(1)} MB`, `${growthMB.toFixed(1)} MB`]),
)
console.log(
  'Goals: first run under 30 ms with an index; a write p95 under 1 ms under 50 live queries; the move of 10,000 under 50 ms; undo of 1,000 under 100 ms; no heap left by texts; every figure ahead of every peer.',
)
