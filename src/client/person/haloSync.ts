import { equalBytes } from '../../shared/bytes.ts'
import { toId, type DeviceId, type IdentityId, type SpaceId } from '../../shared/ids.ts'
import type { Timer } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import type { Network } from '../../network/network.ts'
import { decodeProfileRecord, isNewerProfile, verifyProfileRecord, type ProfileRecord } from '../../identity/profileRecord.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import { createDeviceAddition } from '../../access/making/createDeviceAddition.ts'
import { deriveInvitationKeys, type InvitationKeys } from '../../access/invitations/invitationKeys.ts'
import type { SpaceHandle } from '../spaces/createSpaceHandle.ts'
import { deletedKey, readDeleted } from '../spaces/deletedSpaces.ts'
import type { EchoPorts } from '../echo.ts'
import { fetchSpace, type FetchedSpace } from '../invitations/fetchSpace.ts'
import {
  goneValue,
  haloContacts,
  haloNames,
  haloProfile,
  haloRecovery,
  haloSpaces,
  holdsKey,
  openSpaceKey,
  spaceValue,
  type HaloContact,
  type HaloSpace,
} from './haloItems.ts'
import { createLostDevices } from '../devices/lostDevices.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'
import type { SpaceDirectory } from '../spaces/spaceDirectory.ts'

/*
 * Keeps the private space and this device alike. What is on this device is the truth here: the private space is the copy for the other devices, and
 * it takes nothing away on this one but spaces that the person has deleted on another. Each step looks at both sides and writes only what the other lacks, so it may run at any time.
 */
export interface HaloSync {
  /** Spaces that this device lacks are fetched through it; undefined = another tab does. */
  setNetwork(network: Network | undefined): void
  /** Resolves when the private space holds what this device knows now. Never rejects. */
  settle(): Promise<void>
  dispose(): void
}

/** Changes are taken together. */
const settleMs = 100
/** Between two writes of one contact: the private space keeps its history, and anyone in a shared space can change a profile at any time. */
const contactPauseMs = 10 * 60_000
/** Who looks for a space keeps a room open, and a device that was stolen may have named thousands. */
const maxFetches = 32
const fetchTurnMs = 30_000

export function createHaloSync(options: {
  readonly ports: EchoPorts
  readonly halo: OpenSpace
  readonly directory: Pick<SpaceDirectory, 'handles' | 'ids' | 'list' | 'state' | 'bury' | 'closed' | 'open'>
  /** Undefined where the phrase is not on this device. */
  readonly root: RootKey | undefined
  readonly profile: Readable<ProfileRecord | undefined>
  readonly onNewerProfile: (record: ProfileRecord) => void
  /**
   * The profile is to be signed by this device: nobody has signed the name given at the beginning, and other devices are to get it; or a device did
   * that was shut out since.
   */
  readonly onUnsigned: (signed: ProfileRecord | undefined) => void
  readonly onFetched: (fetched: FetchedSpace, name: string) => Promise<void>
  readonly onFault: (error: unknown) => void
}): HaloSync {
  const { ports, halo, directory, root, onFault } = options
  const { crypto, clock, storage } = ports
  const { database, identity } = halo
  const watched = new Map<SpaceHandle, readonly (() => void)[]>()
  const fetches = new Map<SpaceId, { dispose(): void }>()
  /** When each was last begun. */
  const fetchedAt = new Map<SpaceId, number>()
  let turnTimer: Timer | undefined
  let network: Network | undefined
  let timer: Timer | undefined
  /** When each contact was written last. */
  const contactWrites = new Map<IdentityId, number>()
  let contactTimer: Timer | undefined
  let recovery: Promise<InvitationKeys> | undefined
  /** The steps that failed when they were tried last. */
  const failing = new Set<string>()
  let running = Promise.resolve()
  /** A run is to follow the present one. */
  let isQueued = false
  let isDisposed = false
  const lostDevices = createLostDevices({ clock, random: ports.random, halo, root, onDue: soon })
  const stops = [database.properties, halo.log.state, directory.list, options.profile].map((source) => source.subscribe(soon))
  soon()

  function soon(): void {
    if (isDisposed) return
    timer ??= clock.after(settleMs, () => {
      timer = undefined
      void settle()
    })
  }

  function settle(): Promise<void> {
    if (isQueued) return running
    isQueued = true
    running = running.then(() => {
      isQueued = false
      return run().catch(onFault)
    })
    return running
  }

  async function run(): Promise<void> {
    await attempt('list this device', listSelf)
    if (!halo.log.isWriter(identity.id, identity.deviceId)) return
    watch()
    await attempt('profile', syncProfile)
    await attempt('recovery', nameRecovery)
    const known = haloSpaces(database.properties.get())
    for (const handle of directory.handles()) await attempt(`give ${handle.open.id}`, () => giveSpace(handle, known.get(handle.open.id)))
    await attempt('deleted', giveDeleted)
    await attempt('contacts', giveContacts)
    if (network === undefined) return
    for (const { open } of directory.handles()) await attempt(`list ${open.id}`, () => listDevices(open))
    for (const handle of directory.handles()) await attempt(`shut out ${handle.open.id}`, () => lostDevices.shutOut(handle))
    await attempt('open what was closed', openForLostDevices)
    const named = [...haloSpaces(database.properties.get())]
    // Those that have waited longest look first.
    named.sort(([a], [b]) => (fetchedAt.get(a) ?? 0) - (fetchedAt.get(b) ?? 0))
    for (const [id, item] of named) await attempt(`take ${id}`, () => takeSpace(id, item))
  }

  /** What cannot be done in one space must not keep the others waiting. A failure is reported when it begins, not at each further try. */
  async function attempt(name: string, step: () => void | Promise<void>): Promise<void> {
    if (isDisposed) return
    try {
      await step()
      failing.delete(name)
    } catch (error) {
      if (!failing.has(name)) onFault(error)
      failing.add(name)
    }
  }

  function watch(): void {
    for (const handle of directory.handles()) {
      if (watched.has(handle)) continue
      watched.set(handle, [handle.space.members.subscribe(soon), handle.open.keyRing.onAdded(soon), handle.open.log.state.subscribe(soon)])
    }
  }

  async function syncProfile(): Promise<void> {
    const own = options.profile.get()
    const bytes = haloProfile(database.properties.get())
    if (own !== undefined && isLive(own) && bytes !== undefined && equalBytes(own.bytes, bytes)) return
    const kept = bytes && decodeProfileRecord(crypto, bytes)
    // What is of a newer version is left to those that can read it.
    if (kept?.ok === false && kept.error === 'newer-version') return
    const isTrue = kept?.ok === true && isLive(kept.value) && (await verifyProfileRecord(crypto, kept.value))
    if (isDisposed) return
    const record = isTrue ? kept.value : undefined
    if (record !== undefined && isNewerProfile(record, own)) options.onNewerProfile(record)
    // By nobody, or by a device that was shut out since, whose word counts no more.
    else if (own === undefined ? record === undefined : !isLive(own) && halo.log.wasListed(own.device)) options.onUnsigned(own)
    // Two that each held to the word of a device that was shut out, which no one else takes, would write without end.
    else if (own !== undefined && isLive(own) && isNewerProfile(own, record)) database.setProperty(haloNames.profile, own.bytes)
  }

  /** Whether the record names one of the person's devices that are live now. */
  function isLive(record: ProfileRecord): boolean {
    return record.identity === identity.id && halo.log.entriesOf(identity.id, record.device).length > 0
  }

  /** Who listed this device may turn out to have been shut out before; with the words it needs nobody for that. */
  async function listSelf(): Promise<void> {
    const { log } = halo
    const device = identity.deviceId
    if (root === undefined || log.device(device) !== undefined || !log.wasListed(device) || log.isShutOut(device)) return
    const signer = { deviceId: 'root' as const, signing: root.signing }
    for (const operation of await createDeviceAddition({ log, identity: identity.id, signer, record: identity.record }))
      await log.add(operation)
  }

  async function nameRecovery(): Promise<void> {
    if (root === undefined) return
    const { signing, rendezvousKey: rk } = await (recovery ??= deriveInvitationKeys(crypto, root.recoverySecret))
    const id = signing.publicKey
    const kept = haloRecovery(database.properties.get())
    // Where it is wrong, the devices would wait in a room that the words do not lead to.
    if (isDisposed || (kept !== undefined && equalBytes(kept.id, id) && equalBytes(kept.rk, rk))) return
    database.setProperty(haloNames.recovery, { id, rk })
  }

  async function giveSpace({ open, space }: SpaceHandle, item: HaloSpace | undefined): Promise<void> {
    if (isOut(open)) return giveLeft(open, item)
    const name = space.info.get().name
    const key = open.keyRing.newest()
    if (key === undefined || (item !== undefined && !isOutdated(open, item, name)) || ownDevices().some(isDistrusted)) return
    const value = await spaceValue(crypto, halo, open.id, name, key)
    if (value !== undefined && !isDisposed) database.setProperty(haloNames.space(open.id), value)
  }

  /** The devices that are in the private space as far as it is known here. */
  function ownDevices(): readonly DeviceRecord[] {
    return halo.log.state.get().members.get(identity.id)?.devices ?? []
  }

  /**
   * Whether the person has shut a device out of some space. The private space hears of it, too, but perhaps later: until then the device could read what
   * is written there, so no key goes in, and no other space is opened to it.
   */
  function isDistrusted({ sign }: DeviceRecord): boolean {
    const device = toId<DeviceId>(sign)
    return (
      directory.handles().some(({ open: { log } }) => log.device(device) === undefined && log.wasRevoked(device)) ||
      directory.closed().some(({ closed }) => closed.shutOut.includes(device))
    )
  }

  /** A space that was closed lets in what the private space does not any more: it is opened, and stays so, for all members have to hear of it. */
  function openForLostDevices(): void {
    for (const { id, closed } of directory.closed()) {
      const lost = closed.devices.some(
        (device) => device !== identity.deviceId && halo.log.wasListed(device) && halo.log.device(device) === undefined,
      )
      if (lost) directory.open(id).catch(onFault)
    }
  }

  /** Whether the person is no member of a space any more. */
  function isOut({ log }: OpenSpace): boolean {
    return log.wasListed(identity.deviceId) && log.admissionsOf(identity.id).length === 0
  }

  /** No device that comes later is to look for a space that lets it in no more. */
  function giveLeft({ id, log, keyRing }: OpenSpace, item: HaloSpace | undefined): void {
    if (item === undefined || item.gone !== undefined) return
    // A key that is not here came with a new admission, of which another device knows.
    if (keyRing.get(item.keyId) !== undefined)
      database.setProperty(haloNames.space(id), goneValue('left', log.endIdsAgainst(identity.deviceId)))
  }

  /** Whether the person is a member although other devices say that the space is gone: joined again. */
  function isBack({ log }: Pick<OpenSpace, 'log'>, ends: readonly Uint8Array[]): boolean {
    return log.entriesOf(identity.id, identity.deviceId).length > 0 && log.knows(ends)
  }

  async function giveDeleted(): Promise<void> {
    for (const [id, ends] of await readDeleted(storage)) {
      if (haloSpaces(database.properties.get()).get(id)?.gone !== 'deleted')
        database.setProperty(haloNames.space(id), goneValue('deleted', ends))
      // From here on the private space knows, which may hear of a new join afterwards.
      await halo.documents.flush()
      await storage.write({ deleteKeys: [deletedKey(id)] }, 'strict')
    }
  }

  /** Whether what the devices know of a space is older than what this one knows. A key whose epoch is not in this log may be a newer one. */
  function isOutdated({ log, keyRing }: OpenSpace, item: HaloSpace, name: string): boolean {
    if (item.gone !== undefined) return isBack({ log }, item.ends)
    const isNameless = item.name === '' && name !== ''
    const newest = keyRing.newest()
    if (newest === undefined || holdsKey(item, newest)) return isNameless
    return log.epochs().some(({ keyId }) => equalBytes(keyId, item.keyId))
  }

  function giveContacts(): void {
    const known = new Map(haloContacts(database.properties.get()))
    for (const { open, space } of directory.handles()) {
      const profiles = open.profiles.state.get()
      for (const { id, isMe, name, colour, emoji } of space.members.get()) {
        const counter = profiles.get(id)?.counter ?? 0
        const before = known.get(id)
        const contact = { name, counter, ...(colour !== undefined && { colour }), ...(emoji !== undefined && { emoji }) }
        if (isMe || (before !== undefined && (counter <= before.counter || isShownAlike(contact, before)))) continue
        if (clock.now() - (contactWrites.get(id) ?? -Infinity) < contactPauseMs) {
          contactTimer ??= clock.after(contactPauseMs, () => {
            contactTimer = undefined
            soon()
          })
          continue
        }
        known.set(id, contact)
        contactWrites.set(id, clock.now())
        database.setProperty(haloNames.contact(id), contact)
      }
    }
  }

  function isShownAlike(a: HaloContact, b: HaloContact): boolean {
    return a.name === b.name && a.colour === b.colour && a.emoji === b.emoji
  }

  /** Lists own devices in a space that does not know them. */
  async function listDevices({ log }: OpenSpace): Promise<void> {
    if (log.entriesOf(identity.id, identity.deviceId).length === 0) return
    const signer = { deviceId: identity.deviceId, signing: identity.signing }
    for (const record of ownDevices()) {
      // Those that went with their person come back with him.
      if (log.device(toId<DeviceId>(record.sign)) !== undefined || isDistrusted(record)) continue
      for (const operation of await createDeviceAddition({ log, identity: identity.id, signer, record })) await log.add(operation)
    }
  }

  async function takeSpace(id: SpaceId, item: HaloSpace): Promise<void> {
    if (item.gone !== undefined) return dropSpace(id, item)
    if (!isLacking(id, item) || fetches.has(id)) return
    if (fetches.size >= maxFetches) return giveWay()
    const key = await openSpaceKey(crypto, halo, id, item)
    if (key === undefined || network === undefined || isDisposed || fetches.has(id) || !isLacking(id, item)) return
    const fetch = fetchSpace({
      ports,
      network,
      identity,
      space: id,
      key,
      listSelf: async (log) =>
        root === undefined
          ? []
          : createDeviceAddition({
              log,
              identity: identity.id,
              signer: { deviceId: 'root', signing: root.signing },
              record: identity.record,
            }),
      onFetched: (fetched) => {
        options
          .onFetched(fetched, item.name)
          .catch(onFault)
          .finally(() => fetches.delete(id))
      },
      onFault,
    })
    fetches.set(id, fetch)
    fetchedAt.set(id, clock.now())
  }

  /** More spaces are to be fetched than rooms may be open: after a while others have their turn. */
  function giveWay(): void {
    turnTimer ??= clock.after(fetchTurnMs, () => {
      turnTimer = undefined
      endFetches()
      soon()
    })
  }

  /** Whether this device has to ask for a space: it has none, or the person was out of it and has joined again on another device. */
  function isLacking(id: SpaceId, { keyId }: Extract<HaloSpace, { gone: undefined }>): boolean {
    const open = directory.handles().find((handle) => handle.open.id === id)?.open
    return open === undefined ? !directory.ids().includes(id) : isOut(open) && open.keyRing.get(keyId) === undefined
  }

  async function dropSpace(id: SpaceId, { gone, ends }: Extract<HaloSpace, { gone: 'left' | 'deleted' }>): Promise<void> {
    fetches.get(id)?.dispose()
    fetches.delete(id)
    if (gone === 'left' || !directory.ids().includes(id)) return
    const open = directory.handles().find((handle) => handle.open.id === id)?.open
    // What its log says of the deletion shows when it is open.
    if (directory.closed().some((space) => space.id === id)) return void directory.open(id).catch(onFault)
    const isUnreadable = ['damaged', 'waiting-for-key'].includes(directory.state(id).get().status)
    if (open === undefined ? isUnreadable : !isBack(open, ends)) await directory.bury(id)
  }

  function endFetches(): void {
    for (const fetch of fetches.values()) fetch.dispose()
    fetches.clear()
  }

  return {
    setNetwork(through) {
      network = through
      if (through === undefined) endFetches()
      else soon()
    },
    settle,
    dispose() {
      isDisposed = true
      clock.clear(timer)
      clock.clear(contactTimer)
      clock.clear(turnTimer)
      lostDevices.dispose()
      for (const stop of stops) stop()
      for (const stop of [...watched.values()].flat()) stop()
      endFetches()
    },
  }
}
