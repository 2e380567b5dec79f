import { fromHex, toHex } from '../../shared/bytes.ts'
import { asEchoError, EchoError } from '../../shared/echoError.ts'
import { idBytes, type IdentityId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { Network } from '../../network/network.ts'
import type { Lock } from '../../storage/locks.ts'
import { createDenial } from '../../access/making/createDenial.ts'
import { createClosing } from '../../access/making/createEnd.ts'
import { createInvite } from '../../access/making/createInvite.ts'
import { parseInvitation } from '../../access/invitations/invitation.ts'
import { deriveInvitationKeys } from '../../access/invitations/invitationKeys.ts'
import type { EchoPorts } from '../echo.ts'
import { hostInvitation, type Hosting, type HostingState, type InvitationTerms } from './hostInvitation.ts'
import { createInvitationMemory, type InvitationMemory, type Remembered } from './invitationMemory.ts'
import { invitationInfo } from './invitationInfo.ts'
import { assertInvitationOptions, type InvitationInfo, type InvitationOptions } from './invitationOptions.ts'
import { invitationKey, putInvitation, readInvitation, readInvitations, type InvitationRecord } from './invitationRecord.ts'
import { makeInvitation } from './makeInvitation.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'

/** The invitations of an open space: those this device made, and what other admins let it host. */
export interface SpaceInvitations {
  readonly list: Readable<readonly InvitationInfo[]>
  /** Makes one, on the disk and, if it is to be sent, in the log, and waits for guests. @throws EchoError not-authorised, bad-value, storage-* */
  create(options: InvitationOptions): Promise<MadeInvitation>
  /** Admits nobody by it any more. @throws EchoError not-authorised, storage-* */
  revoke(id: string): Promise<void>
  /** Forgets an attended one: nobody is admitted, or told anything, any more. One that was sent goes on. */
  release(id: string): void
  /** Decides about a guest that waits. */
  decide(id: string, guest: string, approved: boolean): Promise<void>
  dispose(): void
}

export interface MadeInvitation {
  readonly id: string
  readonly url: string
  readonly code: string | undefined
  readonly expiresAt: number
  readonly state: Readable<HostingState>
}

/** An admin who announces thousands of delegated invitations must not make every other one enter as many rooms. Own ones count by themselves. */
const maxHosted = 32
/** One that was sent can be looked up so much longer, and a clock that is ahead for a while loses none. */
const keptAfterExpiryMs = 30 * 24 * 3_600_000

export interface SpaceInvitationsOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  readonly open: OpenSpace
  readonly ownName: () => string
  readonly spaceName: () => string
  /** Where links lead: an address without fragment. */
  readonly inviteUrl: () => string
  readonly onError: (error: EchoError) => void
}

interface Held {
  readonly id: Uint8Array
  record: InvitationRecord | undefined
  memory: InvitationMemory | undefined
  hosting: Hosting | undefined
  lock: Lock | undefined
  /** It has ended, and another needed its place. */
  gaveWay?: boolean
}

export function createSpaceInvitations(options: SpaceInvitationsOptions): SpaceInvitations {
  const { app, ports, network, open, onError } = options
  const { crypto, clock, storage } = ports
  const { log, identity } = open
  const held = new Map<string, Held>()
  /** Those of them that are hosted, or wait for their lock. */
  const locked = new Set<Held>()
  const list = createWritable<readonly InvitationInfo[]>([])
  const ending = new AbortController()
  let isReconciling = false
  const stopLog = log.state.subscribe(() => void reconcile())
  void load().catch((error: unknown) => onError(asError(error)))

  async function load(): Promise<void> {
    for (const record of await readInvitations(crypto, identity, open.id, storage)) {
      const key = toHex(record.id)
      if (record.expiresAt !== 0 && clock.now() >= record.expiresAt + (record.sent ? keptAfterExpiryMs : 0)) {
        await storage.write({ deleteKeys: [invitationKey(open.id, record.id)] }, 'relaxed')
        continue
      }
      if (!held.has(key)) hold(record.id, record)
    }
    reconcile()
  }

  function mayHost(entry?: Held): boolean {
    const own = log.signingEntry(identity.id, identity.deviceId, 'admin')
    const announced = entry?.record === undefined && entry !== undefined ? log.invitation(entry.id) : undefined
    if (own === undefined || announced?.role !== 'admin') return own !== undefined
    // Whom this device lets in as admin stands right below it: that must not be above whom the inviter could let in.
    const inviter = log.state.get().members.get(announced.inviter)
    return inviter !== undefined && inviter.rank <= own.rank
  }

  /** Hosts what is to be hosted, and tells what is hosted that the log has changed. */
  function reconcile(): void {
    if (ending.signal.aborted) return
    isReconciling = true
    for (const { invitationId, delegated, isOpen } of log.invitations()) {
      if (delegated && isOpen && !held.has(toHex(invitationId))) hold(invitationId)
    }
    for (const entry of held.values()) {
      const mayHostNow = mayHost(entry)
      entry.hosting?.review()
      if (entry.hosting === undefined && entry.lock === undefined && mayHostNow && !isOver(entry)) void host(entry, ending.signal)
      if (entry.hosting !== undefined && !mayHostNow) end(entry)
    }
    isReconciling = false
    publish()
  }

  function hold(id: Uint8Array, record?: InvitationRecord): Held {
    const entry: Held = { id, record, memory: undefined, hosting: undefined, lock: undefined }
    held.set(toHex(id), entry)
    return entry
  }

  function isOver({ id, record, gaveWay }: Held): boolean {
    if (gaveWay === true) return true
    const announced = log.invitation(id)
    const expiresAt = record?.expiresAt ?? announced?.expiresAt ?? 0
    if (expiresAt !== 0 && clock.now() >= expiresAt) return true
    return record === undefined && (announced === undefined || !announced.isOpen || log.usesOf(id) >= announced.uses)
  }

  /** Ended ones, which only tell guests so, give way. @returns whether one more, own or announced as it is, may be hosted */
  function makeRoomFor(entry: Held): boolean {
    const isOwn = entry.record !== undefined
    const hosted = [...locked].filter(({ record }) => (record !== undefined) === isOwn)
    if (hosted.length < maxHosted) return true
    const ended = hosted.find(({ hosting }) => hosting !== undefined && hosting.state.get().end !== undefined)
    if (ended === undefined) return false
    ended.gaveWay = true
    end(ended)
    return true
  }

  /** Waits until no other tab of this profile hosts it, then enters its room. */
  async function host(entry: Held, wait: 'no' | AbortSignal): Promise<void> {
    if (!makeRoomFor(entry)) return
    // Taken at once in this task, so that the next look does not begin it again.
    const pending: Lock = { name: '', lost: Promise.resolve(), release: () => {} }
    entry.lock = pending
    locked.add(entry)
    const lock = await storage.locks.acquire(`invitation/${open.id}/${toHex(entry.id)}`, wait)
    // Ended while it waited: released, or this device may no longer host.
    if (entry.lock !== pending) return lock?.release()
    entry.lock = lock
    if (lock === undefined) return void locked.delete(entry)
    try {
      // Another tab may have hosted it in the meantime.
      if (entry.record !== undefined) entry.record = (await readInvitation(crypto, identity, open.id, storage, entry.id)) ?? entry.record
      const terms = await termsOf(entry)
      if (entry.lock !== lock) return
      if (terms === undefined || !mayHost(entry)) return end(entry)
      const memory = createInvitationMemory(entry.record ?? { wrong: 0, guests: new Map(), revoked: false }, (next) => write(entry, next))
      entry.memory = memory
      entry.hosting = hostInvitation({
        ports,
        network,
        open,
        ownName: options.ownName,
        terms,
        memory,
        isRevoked: () => memory.current().revoked || entry.record?.revoked === true || log.invitation(entry.id)?.isOpen === false,
        refresh: () => refresh(entry),
        onDenied: (person) => announceDenial(entry.id, person),
      })
      entry.hosting.state.subscribe(publish)
    } catch (error) {
      if (entry.lock === lock) end(entry)
      onError(asError(error))
    }
    publish()
  }

  async function announceDenial(id: Uint8Array, person: IdentityId): Promise<void> {
    if (log.invitation(id)?.delegated !== true) return
    await log.add(await createDenial({ log, signer: identity, denial: { invitationId: id, identity: idBytes(person) } }))
    await open.operationsStored()
  }

  function end(entry: Held): void {
    entry.hosting?.stop()
    entry.hosting = undefined
    entry.lock?.release()
    entry.lock = undefined
    locked.delete(entry)
  }

  async function termsOf({ id, record }: Held): Promise<InvitationTerms | undefined> {
    if (record === undefined) {
      const announced = log.invitation(id)
      return announced && { ...announced, id }
    }
    const parsed = parseInvitation(crypto, app, record.text)
    if (!parsed.ok) return undefined
    const { rendezvousKey, codeKey } = await deriveInvitationKeys(crypto, parsed.value.secret)
    return { ...record, rendezvousKey, code: record.code === undefined ? undefined : { code: record.code, codeKey } }
  }

  /** What another tab has withdrawn. */
  async function refresh(entry: Held): Promise<void> {
    if (entry.record === undefined) return
    const stored = await readInvitation(crypto, identity, open.id, storage, entry.id)
    if (stored?.revoked === true) entry.record = { ...entry.record, revoked: true }
  }

  async function write(entry: Held, next: Remembered): Promise<void> {
    if (entry.record === undefined) return
    await refresh(entry)
    const record = { ...entry.record, ...next, revoked: next.revoked || entry.record.revoked }
    await storage.write({ putKeys: [await putInvitation(crypto, identity, open.id, record)] }, 'strict')
    entry.record = record
  }

  function urlOf(record: InvitationRecord): string {
    return `${options.inviteUrl()}#echo=${record.text}`
  }

  /** Many invitations may have changed at once: the list is made anew when the last of them has said so. */
  function publish(): void {
    if (ending.signal.aborted || isReconciling) return
    const context = { log, me: identity.id, nowMs: clock.now(), urlOf }
    const announcedOnly = log.invitations().filter(({ invitationId }) => !held.has(toHex(invitationId)))
    const infos = [
      ...[...held.values()].map(({ id, record, hosting }) => {
        return invitationInfo(id, { record, announced: log.invitation(id), hosting: hosting?.state.get() }, context)
      }),
      ...announcedOnly.map((announced) => {
        return invitationInfo(announced.invitationId, { record: undefined, announced, hosting: undefined }, context)
      }),
    ].filter((info) => info !== undefined)
    if (JSON.stringify(infos) !== JSON.stringify(list.get())) list.set(infos)
  }

  async function create(given: InvitationOptions): Promise<MadeInvitation> {
    assertInvitationOptions(given)
    if (!mayHost()) throw notAdmin()
    const { record, rendezvousKey } = await makeInvitation(options, given)
    const { id, code, role, uses, approval, delegated, expiresAt } = record
    await storage.write({ putKeys: [await putInvitation(crypto, identity, open.id, record)] }, 'strict')
    const entry = hold(id, record)
    await host(entry, 'no')
    const { hosting } = entry
    if (hosting === undefined) {
      held.delete(toHex(id))
      await storage.write({ deleteKeys: [invitationKey(open.id, id)] }, 'relaxed')
      throw new EchoError(
        'bad-config',
        `More than ${maxHosted} invitations of this space wait for guests. Withdraw some, then invite again.`,
      )
    }
    if (record.sent) {
      const invitation = { invitationId: id, rendezvousKey, role, uses, approval, delegated, expiresAt }
      try {
        await log.add(await createInvite({ log, signer: identity, invitation }))
        await open.operationsStored()
      } catch (error) {
        // Nobody has got its link, and others may have heard of it: it must not stay open.
        await revoke(toHex(id)).catch((fault: unknown) => onError(asError(fault)))
        throw error
      }
    }
    return { id: toHex(id), url: urlOf(record), code, expiresAt, state: hosting.state }
  }

  async function revoke(id: string): Promise<void> {
    const entry = held.get(id)
    const bytes = fromHex(id)
    const announced = bytes && log.invitation(bytes)
    if (entry?.record !== undefined) {
      const record = { ...entry.record, revoked: true }
      entry.record = record
      entry.hosting?.review()
      publish()
      if (entry.memory !== undefined) await entry.memory.revoke()
      else await storage.write({ putKeys: [await putInvitation(crypto, identity, open.id, record)] }, 'strict')
    }
    if (announced?.isOpen === true) {
      await log.add(await createClosing({ log, signer: identity, invitationId: announced.invitationId }))
      await open.operationsStored()
    }
    reconcile()
  }

  return {
    list,
    create,
    revoke,
    release(id) {
      const entry = held.get(id)
      if (entry?.record === undefined || entry.record.sent) return
      end(entry)
      held.delete(id)
      storage.write({ deleteKeys: [invitationKey(open.id, entry.id)] }, 'relaxed').catch((error: unknown) => onError(asError(error)))
      publish()
    },
    decide: async (id, guest, approved) => held.get(id)?.hosting?.decide(guest, approved),
    dispose() {
      ending.abort()
      stopLog()
      for (const entry of held.values()) end(entry)
    },
  }
}

function notAdmin(): EchoError {
  return new EchoError(
    'not-authorised',
    'Only owners and admins can invite. Ask one of them to invite the person, or to make you an admin.',
  )
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'storage-unavailable', 'The invitations of a space could not be read or stored. See the cause.')
}
