import { z } from 'zod'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { decodeEndBody } from '../../../src/access/bodies/endBody.ts'
import { decodeOperation, operationKey, operationKinds } from '../../../src/access/operation.ts'
import type { Echo, InviteFlow, JoinFlow, Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { sealingKeyOf } from '../../../src/feed/envelope.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import { equalBytes, toHex } from '../../../src/shared/bytes.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { toId, type IdentityId, type SpaceId } from '../../../src/shared/ids.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, type TestPeer } from '../../../src/testing/setup.ts'
import { drive } from './drive.ts'
import type { MembershipAction, MembershipHistory } from './membershipHistory.ts'

const Word = defineType('word', z.object({ title: z.string() }))

interface Person {
  readonly peer: TestPeer
  readonly index: number
  space: Space | undefined
  identity: IdentityId | undefined
  joining: { readonly flow: JoinFlow; readonly invitation: InviteFlow } | undefined
  /** What it wrote. `forbidden`: when everyone else knew that it was out. */
  readonly words: { readonly title: string; readonly forbidden: boolean }[]
}

/** What a command may say to who may not. */
const refusals = ['not-authorised', 'bad-value', 'removed', 'left', 'read-only', 'last-owner', 'space-not-found', 'peer-offline']
/** What a page may report without anything being wrong: a crash, a role that was lost in the midst of writing; `peer-offline`: who has no key that may be used asks for one. */
const expectedReports = ['disposed', 'storage-unavailable', 'block-withdrawn', 'removed', 'left', 'read-only', 'peer-offline']

export interface MembershipResult {
  readonly faults: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

/** Executes a history, heals everything, waits until all is quiet, and looks whether all agree about who is in, and about what is written. */
export async function runMembershipHistory(history: MembershipHistory): Promise<MembershipResult> {
  const { seed, members, people, hasPhone, latencyMs } = history
  const clock = createSimulatedClock()
  const faults: string[] = []
  const counts: Record<string, number> = {}
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1)
  const names = Array.from({ length: people }, (_, i) => `p${i}`)
  const world = await drive(
    clock,
    setup(...names, {
      types: [Word],
      seed,
      clock,
      latencyMs: [0, latencyMs],
      crypto: createSimulatedCrypto,
      halo: hasPhone,
      identities: !hasPhone,
      onError: ({ code, message, cause }, peer) => {
        if (!expectedReports.includes(code)) faults.push(`${peer} reports ${code}: ${message} ${cause instanceof Error ? cause.stack : ''}`)
      },
    }),
  )
  const persons = names.map((name, index): Person => {
    const peer = (world as unknown as Record<string, TestPeer>)[name]!
    return { peer, index, space: undefined, identity: undefined, joining: undefined, words: [] }
  })
  const [owner] = persons as [Person]
  const phone = hasPhone ? persons.at(-1)! : undefined

  async function start(): Promise<SpaceId> {
    if (hasPhone) {
      const { phrase } = await drive(clock, owner.peer.echo.identity.create({ name: 'p0' }))
      for (const { peer } of persons.slice(1, -1)) await drive(clock, peer.echo.identity.create({ name: peer.name }))
      await drive(clock, owner.peer.echo.identity.confirmPhraseSaved())
      owner.space = await drive(clock, owner.peer.echo.spaces.create({ name: 'Garden' }))
      await drive(clock, phone!.peer.echo.identity.recover({ phrase }))
    } else owner.space = await drive(clock, owner.peer.echo.spaces.create({ name: 'Garden' }))
    for (const person of persons.slice(1, members)) person.space = await drive(clock, world.join(owner.space, person.peer))
    await clock.run(5_000)
    if (phone !== undefined) phone.space = await drive(clock, phone.peer.echo.spaces.open(owner.space.id))
    for (const person of persons) person.identity = identityOf(person)
    return owner.space.id
  }

  const id = await start()
  const ready = () => persons.filter(({ space }) => space !== undefined)
  const statusOf = ({ peer }: Person) => peer.echo.spaces.state(id).get().status
  const titlesOf = ({ space }: Person) =>
    space!
      .run(query(Word))
      .map(({ title }) => title)
      .sort()
  const membersOf = ({ space }: Person) =>
    space!.members
      .get()
      .map(({ id: each, role, deviceCount }) => `${each} ${role} ${deviceCount}`)
      .sort()
  /** All who are in by their own word know that somebody is out. */
  const isKnownOut = (person: Person): boolean =>
    ready().every((other) => {
      if (other === person || statusOf(other) !== 'ready') return true
      const found = other.space!.members.get().find((member) => member.id === person.identity)
      // The phone's person stays a member.
      return person === phone ? other === owner || found?.deviceCount === 1 : found === undefined
    })

  async function reopen(person: Person, echo: Echo): Promise<void> {
    if (person.space !== undefined) person.space = await drive(clock, echo.spaces.open(id))
  }

  async function tend(): Promise<void> {
    for (const person of persons) {
      const { joining } = person
      if (joining === undefined) continue
      const { status } = joining.flow.state.get()
      if (status === 'success') {
        person.space = await drive(clock, person.peer.echo.spaces.open(id))
        person.identity = identityOf(person)
        count('joined')
      }
      if (['success', 'error', 'expired', 'revoked', 'used-up', 'denied', 'cancelled'].includes(status)) person.joining = undefined
    }
  }

  async function perform(action: MembershipAction): Promise<void> {
    switch (action.do) {
      case 'heal':
        return world.swarm.heal()
      case 'partition': {
        const tabs = (indexes: readonly number[]) =>
          indexes.flatMap((index) => Array.from({ length: 40 }, (_, tab) => `p${index} ${tab + 1}`))
        const others = persons.map(({ index }) => index).filter((index) => !action.group.includes(index))
        return world.swarm.partition([tabs(action.group), tabs(others)])
      }
      case 'revoke': {
        const device = owner.peer.echo.identity.devices.get().find(({ isThis }) => !isThis)
        if (device !== undefined) await drive(clock, owner.peer.echo.spaces.revokeDevice(device.id))
        return
      }
      case 'join': {
        const guest = persons.find((person) => person.space === undefined && person.joining === undefined && person !== phone)
        const host = persons[action.by]!
        if (guest === undefined || host.space === undefined || statusOf(host) !== 'ready') return
        const invitation = host.space.invite()
        invitation.create({ role: action.role })
        for (let i = 0; i < 20 && invitation.state.get().status === 'creating'; i++) await clock.run(10)
        const made = invitation.state.get()
        if (made.status !== 'waiting') return
        const flow = guest.peer.echo.join(made.url)
        flow.accept()
        guest.joining = { flow, invitation }
        return
      }
      default:
    }
    const person = persons[action.by]!
    const { space } = person
    if (space === undefined) return
    switch (action.do) {
      case 'write': {
        const title = `${person.peer.name} ${person.words.length}`
        const forbidden = isKnownOut(person)
        space.create(Word, { title })
        person.words.push({ title, forbidden })
        if (forbidden) count('wrote when out')
        return
      }
      case 'remove':
      case 'set role': {
        const target = persons[action.target]!.identity
        if (target === undefined || target === person.identity) return
        await drive(clock, action.do === 'remove' ? space.removeMember(target) : space.setRole(target, action.role))
        return
      }
      case 'leave':
        return drive(clock, space.leave())
      case 'restart':
        return reopen(person, await drive(clock, person.peer.restart()))
      case 'crash':
        await drive(clock, person.peer.crash())
        // What was not stored yet is gone; the rest is what counts.
        await reopen(person, person.peer.echo)
        for (const word of [...person.words]) if (!titlesOf(person).includes(word.title)) person.words.splice(person.words.indexOf(word), 1)
        return
    }
  }

  try {
    for (const { waitMs, action } of history.steps) {
      await clock.run(waitMs)
      await tend()
      try {
        await perform(action)
        count(action.do)
      } catch (error) {
        if (!(error instanceof EchoError) || !refusals.includes(error.code)) throw error
        count(`${action.do}: ${error.code}`)
      }
    }
    await finish()
  } catch (error) {
    faults.push(`thrown: ${error instanceof Error ? error.stack : String(error)}`)
  }
  await drive(clock, world.dispose())
  return { faults, counts }

  async function finish(): Promise<void> {
    world.swarm.heal()
    for (let second = 0; second < 1_200 && !isQuiet(); second += 5) {
      await clock.run(5_000)
      await tend()
    }
    // Whoever may, writes once more: all who are in must read it, under one key.
    for (const person of ready()) {
      try {
        await perform({ do: 'write', by: person.index })
      } catch {
        // Who is out, or reads.
      }
    }
    await clock.run(30_000)
    check()
    await checkDisks()
  }

  function isIn(person: Person): boolean {
    const found = owner.space!.members.get().find((member) => member.id === person.identity)
    return found !== undefined && (person !== phone || found.deviceCount === 2)
  }

  function isQuiet(): boolean {
    const inside = ready().filter(isIn)
    const out = ready().filter((person) => !isIn(person))
    const first = JSON.stringify([titlesOf(owner), membersOf(owner)])
    return (
      inside.every((person) => statusOf(person) === 'ready' && JSON.stringify([titlesOf(person), membersOf(person)]) === first) &&
      inside.every(({ space }) => space!.sync.get().status === 'up-to-date' || inside.length === 1) &&
      out.every((person) => statusOf(person) !== 'ready')
    )
  }

  function check(): void {
    if (statusOf(owner) !== 'ready') faults.push(`the owner is ${statusOf(owner)}`)
    const everything = titlesOf(owner)
    const roles = membersOf(owner)
    for (const person of ready()) {
      const { name } = person.peer
      const mine = person.words.filter(({ forbidden }) => !forbidden).map(({ title }) => title)
      if (isIn(person)) {
        count('inside at the end')
        if (statusOf(person) !== 'ready') faults.push(`${name} is in, and ${statusOf(person)}`)
        if (JSON.stringify(membersOf(person)) !== JSON.stringify(roles))
          faults.push(`${name} knows other members: ${membersOf(person)} / ${roles}`)
        if (JSON.stringify(titlesOf(person)) !== JSON.stringify(everything))
          faults.push(`${name} shows ${titlesOf(person)} / ${everything}`)
        if (person.space!.sync.get().unsaved > 0) faults.push(`${name} is ${JSON.stringify(person.space!.sync.get())}`)
        const role = owner.space!.members.get().find((member) => member.id === person.identity)!.role
        const lost = role === 'reader' ? [] : mine.filter((title) => !everything.includes(title))
        if (lost.length > 0) faults.push(`${name}, who may write, has lost ${lost}`)
      } else {
        count('outside at the end')
        if (statusOf(person) !== 'removed' && statusOf(person) !== 'left') faults.push(`${name} is out, and ${statusOf(person)}`)
        const later = person.words.filter(({ title, forbidden }) => forbidden && everything.includes(title))
        if (later.length > 0) faults.push(`${name} was out, and shows with ${later.map(({ title }) => title)}`)
      }
    }
  }

  /** The same operations are on the disks of all who are in, and no block is sealed under a key that somebody held whom its author knew to be out. */
  async function checkDisks(): Promise<void> {
    const crypto = createSimulatedCrypto(createSeededRandom(1))
    let expected: string | undefined
    for (const person of ready().filter(isIn)) {
      await drive(clock, person.space!.flush())
      const storage = createMemoryStorage({ disk: person.peer.disk })
      await storage.open()
      const log = createMembershipLog({ crypto, space: id })
      const ends: Uint8Array[] = []
      for (const operation of (await storage.readMembership(id)).rows) {
        await log.addVerified(operation)
        const decoded = decodeOperation(crypto, operation)
        if (!decoded.ok || decoded.value.kind !== operationKinds.end) continue
        const body = decodeEndBody(decoded.value.body)
        if (body.ok && body.value.target.kind !== 'invitation') ends.push(decoded.value.id)
      }
      const heads = log.heads().map(toHex).sort().join()
      expected ??= heads
      if (heads !== expected) faults.push(`${person.peer.name} has other operations than ${owner.peer.name}`)
      if (!log.epochs().some(({ usable }) => usable)) faults.push(`${person.peer.name} has no key to write under`)
      const valid = ends.filter((end) => !log.voided().has(operationKey(end)))
      const { rows } = await storage.readHeaders(id)
      for (const row of await storage.readBlocks(id, rows)) {
        const header = decodeHeader(row!.header)
        const epoch = log.epochs().find(({ keyId }) => equalBytes(keyId, sealingKeyOf(row!.envelope)))
        if (!header.ok || epoch === undefined) {
          faults.push('a block is sealed under no key of the space')
          continue
        }
        const isKnown = (end: Uint8Array) => header.value.membership.some((head) => equalBytes(head, end) || log.isBefore(end, head))
        const careless = valid.filter((end) => isKnown(end) && !log.isBefore(end, epoch.operation))
        if (careless.length > 0)
          faults.push(`a block of ${toId<string>(header.value.device)} is sealed under a key older than an end that it names`)
      }
      await storage.dispose()
    }
  }
}

function identityOf({ peer }: Person): IdentityId | undefined {
  const state = peer.echo.identity.state.get()
  return 'identity' in state ? state.identity.id : undefined
}
