import { describe, expect, it } from 'vitest'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import { createSpaceSync } from '../../../src/client/spaceSync.ts'
import type { OpenSpace } from '../../../src/client/openSpace.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import type { NetworkState } from '../../../src/network/network.ts'
import type { StorageState } from '../../../src/storage/storage.ts'

const nobody = { peers: 0, tabs: 0, lacking: 0, delivered: true, newer: false }

function createSync() {
  const replication = createWritable(nobody)
  const unsaved = createWritable(0)
  const network = createWritable<NetworkState>({ status: 'connecting', connections: 0 })
  const storage = createWritable<StorageState>({ status: 'ready', persistent: false })
  const open = { replication: { state: replication }, documents: { unsaved } } as unknown as OpenSpace
  const clock = createSimulatedClock()
  return { ...createSpaceSync(open, network, storage, clock), replication, unsaved, network, storage, clock }
}

describe('createSpaceSync', () => {
  it('connects until a server answers, and then is alone rather than connecting for ever', () => {
    const { status, network } = createSync()
    expect(status.get()).toEqual({ status: 'connecting', unsaved: 0 })
    network.set({ status: 'online', connections: 0 })
    expect(status.get()).toEqual({ status: 'alone', unsaved: 0 })
  })

  it('is up to date only with somebody, also where the server has gone since', () => {
    const { status, network, replication } = createSync()
    network.set({ status: 'online', connections: 1 })
    replication.set({ ...nobody, peers: 1 })
    expect(status.get()).toEqual({ status: 'up-to-date', peers: 1, unsaved: 0 })
    network.set({ status: 'unreachable', connections: 1, error: new EchoError('signaling-unreachable', 'No server answers.') })
    expect(status.get()).toEqual({ status: 'up-to-date', peers: 1, unsaved: 0 })
    replication.set(nobody)
    expect(status.get()).toMatchObject({ status: 'offline', error: { code: 'signaling-unreachable' } })
  })

  it('measures what arrives against the most that was lacking, and starts anew afterwards', () => {
    const { status, replication } = createSync()
    for (const lacking of [10, 4]) replication.set({ ...nobody, peers: 1, lacking })
    expect(status.get()).toEqual({ status: 'syncing', peers: 1, received: 6, total: 10, unsaved: 0 })
    for (const lacking of [0, 2]) replication.set({ ...nobody, peers: 1, lacking })
    expect(status.get()).toEqual({ status: 'syncing', peers: 1, received: 0, total: 2, unsaved: 0 })
  })

  it('asks for an update, and syncs no more, where a peer sends what only a newer version can read', () => {
    const { status, replication } = createSync()
    replication.set({ ...nobody, peers: 1, lacking: 3, newer: true })
    expect(status.get()).toEqual({ status: 'newer-version', peers: 1, unsaved: 0 })
    replication.set({ ...nobody, newer: true })
    expect(status.get().status).toBe('connecting')
  })

  it('says nothing of an edit that is on its way for a moment, and syncs while something stays undelivered', async () => {
    const { status, replication, clock } = createSync()
    replication.set({ ...nobody, peers: 1 })
    replication.set({ ...nobody, peers: 1, delivered: false })
    await clock.run(900)
    expect(status.get()).toMatchObject({ status: 'up-to-date' })
    await clock.run(200)
    expect(status.get()).toEqual({ status: 'syncing', peers: 1, received: 0, total: 0, unsaved: 0 })
    replication.set({ ...nobody, peers: 1 })
    expect(status.get()).toMatchObject({ status: 'up-to-date' })
  })

  it('says that edits cannot be stored before anything about the network', () => {
    const { status, storage, unsaved, network } = createSync()
    network.set({ status: 'off' })
    unsaved.set(3)
    storage.set({ status: 'full', error: new EchoError('storage-full', 'The disk is full.') })
    expect(status.get()).toMatchObject({ status: 'error', unsaved: 3, error: { code: 'storage-full' } })
  })

  it('keeps the same snapshot while nothing changes, and is quiet after dispose', () => {
    const { status, network, dispose } = createSync()
    const before = status.get()
    network.set({ status: 'connecting', connections: 0 })
    expect(status.get()).toBe(before)
    dispose()
    network.set({ status: 'off' })
    expect(status.get()).toBe(before)
  })
})
