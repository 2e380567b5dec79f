import { render, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { InfiniteList, InfiniteListView } from '../../../src/components/data/InfiniteList.tsx'
import '../../../src/components/styles.css'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { setup, until } from '../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string(), place: z.number() }))
const rowCount = 10_000
/** 60 frames in a second; a test may take five times as long. */
const frameGoalMs = 1000 / 60

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))

it('scrolls through 10,000 rows of a live query at 60 frames in a second', async () => {
  const world = await setup('ann', { types: [Task] })
  const space = await world.ann.echo.spaces.create({ name: 'Long' })
  for (let from = 0; from < rowCount; from += 1000)
    space.batch(() => {
      for (let i = from; i < from + 1000; i++) space.create(Task, { title: `Task ${i}`, place: i })
    })
  // What is written is put into blocks and stored, in the background: scrolling is measured without.
  await until(space.sync, ({ unsaved }) => unsaved === 0)
  const view = render(
    <EchoProvider echo={world.ann.echo}>
      <InfiniteList space={space} query={query(Task).orderBy('place')} label="Tasks" style={{ blockSize: 600 }}>
        {(task) => <span>{task.title}</span>}
      </InfiniteList>
    </EchoProvider>,
  )
  const box = await view.findByRole('group', { name: 'Tasks' })
  await view.findByText('Task 0')

  const frames: number[] = []
  let mostRows = 0
  let before = await frame()
  while (box.querySelector(`[aria-posinset="${rowCount}"]`) === null) {
    expect(frames.length, 'the end is reached').toBeLessThan(2000)
    box.scrollTop += 1500
    const now = await frame()
    frames.push(now - before)
    before = now
    mostRows = Math.max(mostRows, box.querySelectorAll('li').length)
  }
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))]!
  const mean = frames.reduce((sum, ms) => sum + ms, 0) / frames.length
  console.info(
    `${frames.length} frames, ms each: mean ${mean.toFixed(1)}, median ${at(0.5).toFixed(1)}, 95 % ${at(0.95).toFixed(1)}, longest ${at(1).toFixed(1)}; at most ${mostRows} rows in the page`,
  )
  // Half of them: the long ones are other programs' on a busy machine.
  expect(at(0.5)).toBeLessThan(5 * frameGoalMs)
  expect(mostRows).toBeLessThan(120)
  expect(box.querySelector('li:last-child')).toMatchObject({ ariaSetSize: String(rowCount), ariaPosInSet: String(rowCount) })
  view.unmount()
  await world.dispose()
})

const rowsFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => ({ id: `row ${first + i}` }))

it('keeps what is looked at in its place when rows come and go above it', async () => {
  const listOf = (rows: readonly { readonly id: string }[]) => (
    <InfiniteListView rows={rows} total={rows.length} label="Rows" style={{ blockSize: 400 }}>
      {({ id }) => <span>{id}</span>}
    </InfiniteListView>
  )
  const view = render(listOf(rowsFrom(0, 1000)))
  const box = await view.findByRole('group', { name: 'Rows' })
  await view.findByText('row 0')
  box.scrollTop = 10_010
  await waitFor(() => expect(view.queryByText('row 0')).toBeNull())
  for (let i = 0; i < 5; i++) await frame()
  const [seen] = [...box.querySelectorAll('li')].filter((row) => row.getBoundingClientRect().top >= box.getBoundingClientRect().top)
  const name = seen!.textContent
  const topOf = () => view.getByText(name).getBoundingClientRect().top
  const before = topOf()
  for (const rows of [[...rowsFrom(-3, 3), ...rowsFrom(0, 1000)], rowsFrom(0, 1000), rowsFrom(5, 995)]) {
    view.rerender(listOf(rows))
    await waitFor(() => expect(Math.abs(topOf() - before)).toBeLessThan(2))
  }
  view.unmount()
})

it('lays each row below the one before, as tall as its style makes it', async () => {
  const rows = rowsFrom(0, 50)
  const view = render(
    <InfiniteListView rows={rows} total={rows.length} label="Rows" style={{ blockSize: 400 }}>
      {({ id }, index) => <div style={{ blockSize: 20 + (index % 3) * 30 }}>{id}</div>}
    </InfiniteListView>,
  )
  const box = await view.findByRole('group', { name: 'Rows' })
  await waitFor(() => {
    const edges = [...box.querySelectorAll('li')].map((row) => row.getBoundingClientRect())
    expect(edges.length).toBeGreaterThan(5)
    expect(edges.slice(1).map(({ top }, i) => top - edges[i]!.bottom)).toEqual(edges.slice(1).map(() => 0))
    // Each lies within its row, and none is thinner than a finger needs.
    expect(edges.every(({ height }, i) => height >= 40 && height >= 20 + (i % 3) * 30)).toBe(true)
  })
  view.unmount()
})
