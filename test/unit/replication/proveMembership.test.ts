import { describe, expect, it } from 'vitest'
import { createRemoval } from '../../../src/access/making/createEnd.ts'
import type { Channel } from '../../../src/replication/link/channel.ts'
import { decodeLinkMessage, encodeLinkMessage, type LinkMessage } from '../../../src/replication/link/linkMessages.ts'
import { proveMembership } from '../../../src/replication/link/proveMembership.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { admit, createPerson, found, seededCrypto } from '../access/people.ts'

/** bob was removed from alice's space; carol came afterwards. */
async function createTest() {
  const founded = await found(seededCrypto(3))
  const { crypto, log, alice } = founded
  const [bob, carol] = [await createPerson(crypto), await createPerson(crypto)]
  await admit(founded, alice, bob, 'editor')
  const before = log.heads()
  await log.add(await createRemoval({ log, signer: alice, identity: bob.id, blocks: [] }))
  const removed = log.heads()
  await admit(founded, alice, carol, 'editor')
  const clock = createSimulatedClock()

  /** What a device is told that says it holds these heads, and how it ends. */
  async function meet(device: typeof bob, heads: readonly Uint8Array[], isOlder: boolean) {
    const said: LinkMessage[] = []
    const channel = {
      connection: { id: 'one' },
      onMessage: undefined,
      onClose: undefined,
      send: (bytes: Uint8Array) => {
        const message = decodeLinkMessage(bytes)
        if (message.ok) said.push(message.value)
      },
    } as unknown as Channel
    let members = 0
    const { failed } = proveMembership({ channel, heads, device: device.deviceId }, { log, clock, isOlder, onMember: () => members++ })
    await channel.onMessage?.(encodeLinkMessage({ type: 'ready' }))
    let fault: string | undefined
    void failed.then((why) => (fault = why))
    await clock.run(20_000)
    return { fault, members, operations: said.flatMap((message) => (message.type === 'ops' ? message.operations : [])) }
  }
  return { ...founded, bob, carol, before, removed, meet }
}

describe('a device that was ended', () => {
  it('is told so, in the newest room and in older ones, and nothing that came after', async () => {
    const { log, bob, before, removed, meet } = await createTest()
    const end = log.missingFor(before).filter((operation) => !log.missingFor(removed).includes(operation))
    expect(end).toHaveLength(1)
    for (const isOlder of [false, true]) expect(await meet(bob, before, isOlder)).toEqual({ fault: 'removed', members: 0, operations: end })
  })

  it('is told nothing at all where it says that it knows', async () => {
    const { log, bob, removed, meet } = await createTest()
    for (const heads of [removed, log.heads()])
      for (const isOlder of [false, true]) expect(await meet(bob, heads, isOlder)).toEqual({ fault: 'removed', members: 0, operations: [] })
  })
})

describe('a member', () => {
  it('gets all that it lacks', async () => {
    const { log, carol, before, meet } = await createTest()
    expect(await meet(carol, before, true)).toEqual({ fault: undefined, members: 1, operations: log.missingFor(before) })
  })
})

describe('a device that the log does not name', () => {
  it('gets what it lacks in the newest room, where it may hold what names it, and nothing in an older one', async () => {
    const { crypto, log, before, meet } = await createTest()
    const stranger = await createPerson(crypto)
    expect(await meet(stranger, before, false)).toEqual({ fault: 'unknown-device', members: 0, operations: log.missingFor(before) })
    expect(await meet(stranger, before, true)).toEqual({ fault: 'unknown-device', members: 0, operations: [] })
  })
})
