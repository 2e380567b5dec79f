import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEcho } from '../../../src/client/createEcho.ts'
import type { Echo } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/defineType.ts'
import { query } from '../../../src/database/query.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { SpaceId } from '../../../src/shared/ids.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false), rank: z.number() }))

let apps = 0
function createApp(): { open(): Promise<Echo> } {
  const app = `cold-${Date.now()}-${apps++}`
  return {
    async open() {
      const echo = createEcho({
        app,
        types: [Task],
        inviteUrl: 'https://app.test/',
        onError: (error) => {
          throw error
        },
        ports: { network: createMemorySwarm().peer('me'), tabs: createMemorySwarm({ sameOrigin: true }).peer('me') },
      })
      await echo.opened
      return echo
    },
  }
}

/** Opens the space again `runs` times. @returns the milliseconds of each, ascending, and the longest tasks */
async function reopen(
  app: { open(): Promise<Echo> },
  id: SpaceId,
  count: number,
  runs: number,
): Promise<{ times: number[]; longest: number[] }> {
  const times: number[] = []
  const longest: number[] = []
  for (let run = 0; run < runs; run++) {
    const echo = await app.open()
    let worst = 0
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) worst = Math.max(worst, entry.duration)
    })
    observer.observe({ type: 'longtask' })
    const start = performance.now()
    const space = await echo.spaces.open(id)
    expect(space.count(query(Task))).toBe(count)
    times.push(performance.now() - start)
    await new Promise((resolve) => setTimeout(resolve, 300))
    observer.disconnect()
    longest.push(worst)
    await echo.dispose()
  }
  return { times: times.sort((a, b) => a - b), longest: longest.sort((a, b) => a - b) }
}

function print(what: string, { times, longest }: { times: number[]; longest: number[] }): void {
  const middle = Math.floor(times.length / 2)
  console.info(
    `${what}: median ${times[middle]!.toFixed(0)} ms, slowest ${times.at(-1)!.toFixed(0)} ms, longest task ${longest[middle]!.toFixed(0)} ms`,
  )
}

describe('cold opening from IndexedDB', () => {
  it('of many items', { timeout: 240_000 }, async () => {
    const app = createApp()
    const first = await app.open()
    await first.identity.create({ name: 'Alice' })
    const space = await first.spaces.create({ name: 'Large' })
    for (let i = 0; i < 25_000; i += 100) {
      space.batch(() => {
        for (let j = i; j < i + 100; j++) space.create(Task, { title: `Task number ${j}`, rank: j })
      })
    }
    await space.flush()
    await first.dispose()
    print('25,000 items', await reopen(app, space.id, 25_000, 5))
  })

  it('of many blocks', { timeout: 240_000 }, async () => {
    const app = createApp()
    const first = await app.open()
    await first.identity.create({ name: 'Alice' })
    const space = await first.spaces.create({ name: 'Long' })
    const flushes: Promise<void>[] = []
    for (let i = 0; i < 3_000; i++) {
      space.create(Task, { title: `Task number ${i}`, rank: i })
      flushes.push(space.flush())
    }
    await Promise.all(flushes)
    await first.dispose()
    print('3,000 blocks', await reopen(app, space.id, 3_000, 5))
  })
})
