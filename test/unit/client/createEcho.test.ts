import { describe, expect, it } from 'vitest'
import { createEcho } from '../../../src/client/createEcho.ts'
import type { Echo } from '../../../src/client/echo.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { systemClock, systemRandom } from '../../../src/shared/ports.ts'
import { createMemoryDisk, type MemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'

let tabCount = 0

function openTab(disk: MemoryDisk, onError?: (error: EchoError) => void): Echo {
  const name = `tab ${++tabCount}`
  const swarm = createMemorySwarm({ clock: systemClock, random: systemRandom })
  const tabs = createMemorySwarm({ clock: systemClock, random: systemRandom, sameOrigin: true })
  return createEcho({
    app: 'test',
    ...(onError && { onError }),
    ports: {
      crypto: createSimulatedCrypto(systemRandom),
      storage: createMemoryStorage({ disk }),
      network: swarm.peer(name),
      tabs: tabs.peer(name),
    },
  })
}

/** The code that a promise rejects with; `waits` where it has not settled after half a second. */
function outcome(promise: Promise<unknown>): Promise<string> {
  const settled = promise.then(
    () => 'resolved',
    (error: EchoError) => error.code ?? String(error),
  )
  return Promise.race([settled, new Promise<string>((resolve) => setTimeout(resolve, 500, 'waits'))])
}

async function isLockFree(disk: MemoryDisk, name: string): Promise<boolean> {
  const locks = disk.lockManager.locks()
  const lock = await locks.acquire(name, 'no')
  locks.dispose()
  return lock !== undefined
}

describe('an Echo that cannot open', () => {
  it('tells everyone who waits for it why, asked before or after', async () => {
    const disk = createMemoryDisk()
    disk.available = false
    const echo = openTab(disk)
    const ask = () => [
      echo.identity.create({ name: 'Ann' }),
      echo.identity.showPhrase(),
      echo.spaces.open('A'.repeat(43)),
      echo.spaces.create({ name: 'Garden' }),
    ]
    const early = ask().map(outcome)
    await echo.opened
    expect(echo.state.get()).toMatchObject({ status: 'error', error: { code: 'storage-unavailable' } })
    const codes = await Promise.all([...early, ...ask().map(outcome)])
    expect(new Set(codes)).toEqual(new Set(['storage-unavailable']))
    await echo.dispose()
  })
})

describe('disposing of an Echo', () => {
  it('is one thing, however often it is asked for: each answer means that all is closed', async () => {
    const disk = createMemoryDisk()
    const echo = openTab(disk)
    await echo.opened
    await echo.identity.create({ name: 'Ann' })
    await echo.spaces.create({ name: 'Garden' })
    void echo.dispose()
    await echo.dispose()
    expect(echo.storage.state.get().status).toBe('closed')
    expect(await isLockFree(disk, 'network')).toBe(true)
  })

  it('at any moment of its opening ends it, keeps no lock and leaves the next one whole', { timeout: 30_000 }, async () => {
    const disk = createMemoryDisk()
    const first = openTab(disk)
    await first.opened
    await first.identity.create({ name: 'Ann' })
    const { id } = await first.spaces.create({ name: 'Garden' })
    await first.dispose()
    const seen = new Set<string>()
    for (let turns = 0; turns < 600; turns += 3) {
      const echo = openTab(disk)
      const opening = outcome(echo.spaces.open(id))
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      seen.add(`${echo.state.get().status} ${echo.spaces.state(id).get().status}`)
      await echo.dispose()
      expect(['resolved', 'disposed'], `${turns} turns`).toContain(await opening)
      expect(await isLockFree(disk, 'network')).toBe(true)
      expect(await isLockFree(disk, `space/${id}/slot/0`)).toBe(true)
    }
    expect(seen).toEqual(new Set(['opening opening', 'ready opening', 'ready ready']))
    const last = openTab(disk)
    expect((await last.spaces.open(id)).info.get().name).toBe('Garden')
    await last.dispose()
  })
})
