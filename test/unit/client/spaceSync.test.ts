import { describe, expect, it } from 'vitest'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import { createSpaceSync } from '../../../src/client/spaces/spaceSync.ts'
import type { OpenSpace } from '../../../src/client/spaces/openSpace.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { noCopies } from '../../../src/replication/blocks/copyExchange.ts'
import type { ReplicationState } from '../../../src/replication/spaceReplication.ts'
import type { NetworkState } from '../../../src/network/network.ts'
import type { StorageState } from '../../../src/storage/storage.ts'

const nobody = { peers: 0, tabs: 0, lacking: 0, delivered: true, copies: noCopies, newer: false }
const savedHere = { unsaved: 0, copies: noCopies, waiting: 0 }

function createSync() {
  const replication = createWritable<ReplicationState>(nobody)
  const unsaved = createWritable(0)
  const unshared = createWritable(0)
  const network = createWritable<NetworkState>({ status: 'connecting', connections: 0 })
  const storage = createWritable<StorageState>({ status: 'ready', persistent: false })
  const open = { replication: { state: replication }, documents: { unsaved, unshared } } as unknown as OpenSpace
  const clock = createSimulatedClock()
  return { ...createSpaceSync(open, network, storage, clock), replication, unsaved, unshared, network, storage, clock }
}

describe('createSpaceSync', () => {
  it('connects until a server answers, and then is alone rather than connecting for ever', () => {
    const { status, network } = createSync()
    expect(status.get()).toEqual({ status: 'connecting', ...savedHere })
    network.set({ status: 'online', connections: 0 })
    expect(status.get()).toEqual({ status: 'alone', ...savedHere })
  })

  it('is up to date only with somebody, also where the server has gone since', () => {
    const { status, network, replication } = createSync()
    network.set({ status: 'online', connections: 1 })
    replication.set({ ...nobody, peers: 1 })
    expect(status.get()).toEqual({ status: 'up-to-date', peers: 1, ...savedHere })
    network.set({ status: 'unreachable', connections: 1, error: new EchoError('signaling-unreachable', 'No server answers.') })
    expect(status.get()).toEqual({ status: 'up-to-date', peers: 1, ...savedHere })
    replication.set(nobody)
    expect(status.get()).toMatchObject({ status: 'offline', error: { code: 'signaling-unreachable' } })
  })

  it('measures what arrives against the most that was lacking, and starts anew afterwards', () => {
    const { status, replication } = createSync()
    for (const lacking of [10, 4]) replication.set({ ...nobody, peers: 1, lacking })
    expect(status.get()).toEqual({ status: 'syncing', peers: 1, received: 6, total: 10, ...savedHere })
    for (const lacking of [0, 2]) replication.set({ ...nobody, peers: 1, lacking })
    expect(status.get()).toEqual({ status: 'syncing', peers: 1, received: 0, total: 2, ...savedHere })
  })

  it('asks for an update, and syncs no more, where a peer sends what only a newer version can read', () => {
    const { status, replication } = createSync()
    replication.set({ ...nobody, peers: 1, lacking: 3, newer: true })
    expect(status.get()).toEqual({ status: 'newer-version', peers: 1, ...savedHere })
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
    expect(status.get()).toEqual({ status: 'syncing', peers: 1, received: 0, total: 0, ...savedHere })
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

  it('says who has stored everything only while nothing is on its way, and counts the edits since the last such moment', () => {
    const { status, replication, unsaved, unshared } = createSync()
    const copies = { own: 1, others: 2 }
    function edit(): void {
      unshared.set(unshared.get() + 1)
      unsaved.set(1)
    }
    edit()
    edit()
    unsaved.set(0)
    expect(status.get()).toMatchObject({ status: 'connecting', unsaved: 0, copies: noCopies, waiting: 2 })
    unshared.set(0)
    replication.set({ ...nobody, copies })
    expect(status.get()).toMatchObject({ copies, waiting: 0 })
    edit()
    // The block of the last edit is what they have; this one is in none yet.
    expect(status.get()).toMatchObject({ copies: noCopies, waiting: 1 })
    replication.set(nobody)
    unshared.set(0)
    edit()
    expect(status.get()).toMatchObject({ copies: noCopies, waiting: 2 })
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
