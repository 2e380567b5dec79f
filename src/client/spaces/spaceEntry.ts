import { asEchoError, EchoError } from '../../shared/echoError.ts'
import { toId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { Readable, Writable } from '../../shared/readable.ts'
import type { Network, NetworkState } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { ProfileRecord } from '../../identity/profileRecord.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { AnyItemType } from '../../database/types/defineType.ts'
import { createSpaceHandle, type SpaceHandle } from './createSpaceHandle.ts'
import type { EchoPorts, Space } from '../echo.ts'
import type { Activity } from '../../replication/presence/presenceMessage.ts'
import { openSpace, type OpenSpace } from './openSpace.ts'
import { membershipEnd } from './spacePermissions.ts'
import { changeRecord, putRecord, readRecord, type ClosedSpace, type SpaceRecord } from './spaceRecord.ts'
import type { SpaceInfo, SpaceState } from '../states.ts'

/** A space of this device, open or not: what is stored of it in the list, and its opening. */
export interface SpaceEntry {
  /** Outlives the entry: another one of the same space goes on with it. */
  readonly state: Writable<SpaceState>
  readonly info: SpaceInfo
  readonly record: SpaceRecord
  /** Undefined until {@link open} is called, and again when that has failed. */
  readonly opening: Promise<Space> | undefined
  /** Undefined until the space is open. */
  readonly handle: SpaceHandle | undefined
  /**
   * Opens the space, once. Opening does not wait for the content that a join still expects: whoever asked for the space waits for that here.
   * @throws (rejects) EchoError no-identity, peer-offline, data-corrupt, disposed, of storage
   */
  open(): Promise<Space>
  /**
   * Closes the space because the person wants it, in all tabs and until it is opened again.
   * @throws (rejects) EchoError as {@link open} does, or of storage; the space is open then
   */
  close(): Promise<void>
  /** Another tab may have closed the space: closes it here, too. @throws (rejects) EchoError of storage; the space is open then */
  followClosing(): Promise<void>
  /** The record was read again: another tab may have changed it. */
  refresh(record: SpaceRecord): void
  /** Whether the space waits for what a record that was read again says has to come. */
  isAwaiting(record: SpaceRecord): boolean
  /** Goes on with what a join has stored, on this tab or another. @throws (rejects) EchoError of storage */
  rejoin(record: SpaceRecord): Promise<void>
  /** Meets members through `network`, as soon as the space is open; undefined = no longer. */
  setNetwork(network: Network | undefined): void
  /** Stores again what makes this a space of this device. @throws (rejects) EchoError of storage */
  writeBackRows(): Promise<void>
  /** Closes the space for good, for it is deleted; resolves when nothing of it is written any more. */
  letGo(): Promise<void>
  /** Resolves when the space is closed and its record is stored as it is here, or could not be. */
  dispose(): Promise<void>
}

export interface SpaceEntryOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly types: readonly AnyItemType[]
  readonly identity: () => LocalIdentity | undefined
  readonly ownName: () => string
  readonly activity: Readable<Activity>
  readonly ownProfile: Readable<ProfileRecord | undefined>
  /** A space has a newer profile of this person, by another of the person's devices. */
  readonly onNewerProfile: (record: ProfileRecord) => void
  readonly networkState: Readable<NetworkState>
  readonly inviteUrl: () => string
  /** The list changed here: other tabs should read it. */
  readonly onListChanged: () => void
  /** A space is about to be deleted: other tabs should let go of it. */
  readonly onDeleted: (space: SpaceId) => void
  /** Who of a space is muted changed here: other tabs should read it. */
  readonly onMuted: (space: SpaceId) => void
  /** What this device keeps for a space under a name has changed here: other tabs should read it. */
  readonly onLocal: (space: SpaceId, name: string) => void
  readonly onError: (error: EchoError) => void
}

/** @param onChanged the state or the info changed */
export function createSpaceEntry(
  options: SpaceEntryOptions,
  given: SpaceRecord,
  state: Writable<SpaceState>,
  onChanged: () => void,
): SpaceEntry {
  const { ports, onError } = options
  const { storage } = ports
  const { id } = given
  let record = given
  let handle: SpaceHandle | undefined
  let opening: Promise<Space> | undefined
  /** Settles with the handle, before the space is complete. */
  let loading: Promise<SpaceHandle> | undefined
  /** A closing is under way. */
  let closing: Promise<void> | undefined
  /** Tells who waits for the space to be complete that it was closed. */
  let refuse: ((error: EchoError) => void) | undefined
  let network: Network | undefined
  let disposed = false
  let isGone = false
  /** Resolves when the record is stored as it is here, or could not be. */
  let kept: Promise<void> = Promise.resolve()

  function set(next: SpaceState): void {
    // Somebody may open it again under another entry.
    if (isGone) return
    state.set(next)
    onChanged()
  }

  async function load(): Promise<SpaceHandle> {
    const identity = options.identity()
    if (identity === undefined) throw noIdentity()
    set({ status: 'opening', progress: 0 })
    const result = await openSpace({
      ports,
      identity,
      app: options.app,
      types: options.types,
      record,
      tabs: ports.tabs,
      ownName: options.ownName,
      activity: options.activity,
      ownProfile: options.ownProfile,
      onNewerProfile: options.onNewerProfile,
      onProgress: (progress) => set({ status: 'opening', progress }),
      onContentStored: () => void keep({ awaiting: [] }),
      onLocal: (name) => options.onLocal(id, name),
      onError,
    }).catch((error: unknown) => {
      opening = undefined
      set({ status: 'damaged', error: asOpeningError(error) })
      throw asOpeningError(error)
    })
    if (!result.ok) {
      opening = undefined
      set(result.error.code === 'peer-offline' ? { status: 'waiting-for-key' } : { status: 'damaged', error: result.error })
      throw result.error
    }
    const opened = createSpaceHandle({
      ...options,
      open: result.value,
      storageState: storage.state,
      state,
      network: ports.network,
      onMuted: () => options.onMuted(id),
    })
    if (disposed) {
      await opened.dispose()
      throw new EchoError('disposed', 'This Echo was disposed while the space was opening. Create a new one with createEcho.')
    }
    handle = opened
    if (network !== undefined) result.value.replication.enterNetwork(network)
    opened.space.info.subscribe(() => {
      keepName(opened)
      onChanged()
    })
    keepName(opened)
    return opened
  }

  function complete(opened: SpaceHandle): Promise<Space> {
    return new Promise((resolve, reject) => {
      refuse = reject
      const look = (): void => {
        if (handle !== opened) return
        const next = stateOf(opened.open)
        if (next.status !== state.get().status || next.status === 'first-sync') set(next)
        if (next.status !== 'first-sync') resolve(opened.space)
      }
      opened.open.firstSync.state.subscribe(look)
      opened.open.log.state.subscribe(look)
      look()
    })
  }

  function begin(): Promise<Space> {
    loading = load()
    opening = loading.then(complete)
    // Whoever asked for the space hears of a failure; the list shows it too.
    opening.catch(() => {})
    return opening
  }

  function open(): Promise<Space> {
    if (closing !== undefined)
      return closing.then(
        () => open(),
        () => open(),
      )
    if (record.closed !== undefined) void keep({ closed: undefined })
    return opening ?? begin()
  }

  /** Closes the space in this tab, if it is open. @param mark says on the disk that it is closed */
  async function shut(mark: (open: OpenSpace) => Promise<void>): Promise<void> {
    // Half of it could not be closed.
    const opened = await loading
    if (opened === undefined) return
    await opened.space.flush()
    if (opened.open.documents.unsaved.get() > 0) {
      const message =
        'Some edits could not be stored, and would be lost if the space were closed. Make room on the disk, and close it again.'
      throw new EchoError('storage-full', message, { details: { space: id } })
    }
    await mark(opened.open)
    handle = undefined
    opening = undefined
    loading = undefined
    refuse?.(closedError())
    set({ status: 'closed', byChoice: true })
    await opened.dispose()
  }

  function closeBy(step: () => Promise<void>): Promise<void> {
    closing ??= step().finally(() => {
      closing = undefined
    })
    return closing
  }

  function stateOf({ firstSync, log, identity, profiles }: OpenSpace): SpaceState {
    const end = membershipEnd(log, identity)
    if (end !== undefined) {
      if (record.endedAt === undefined) void keep({ endedAt: ports.clock.now() })
      const since = record.endedAt!
      if (end === 'left') return { status: end, since }
      const { members } = log.state.get()
      const by = log.endedBy(identity.deviceId).map((person) => {
        const name = profiles.state.get().get(person)?.name ?? members.get(person)?.name ?? ''
        return { id: person, name, isMe: person === identity.id }
      })
      return { status: end, by, since }
    }
    if (record.endedAt !== undefined) void keep({ endedAt: undefined })
    const waiting = firstSync.state.get()
    return waiting === undefined ? { status: 'ready' } : { status: 'first-sync', ...waiting }
  }

  /** The list shows names of spaces that are not open. */
  function keepName({ space }: SpaceHandle): void {
    const { name } = space.info.get()
    if (name !== '' && name !== record.name) void keep({ name })
  }

  function keep(changes: Partial<SpaceRecord>): Promise<void> {
    // A row that comes after its space was deleted would bring it back.
    if (isGone) return kept
    const before = record
    record = { ...before, ...changes }
    // One after the other: each reads what the one before has written.
    kept = kept
      .then(() => changeRecord(storage, before, changes))
      .then(options.onListChanged, (error: unknown) => onError(asOpeningError(error)))
    return kept
  }

  return {
    state,
    get info(): SpaceInfo {
      const info = handle?.space.info.get()
      if (info === undefined) return { id, name: record.name, role: 'reader', memberCount: 0, state: state.get() }
      // What was known before the content came is better than no name.
      return info.name === '' && record.name !== '' ? { ...info, name: record.name } : info
    },
    get record() {
      return record
    },
    get opening() {
      return opening
    },
    get handle() {
      return handle
    },
    open,
    close() {
      if (record.closed !== undefined && closing === undefined) return Promise.resolve()
      // Whom it lets in says its log.
      if (opening === undefined) void begin()
      return closeBy(() =>
        shut(async ({ log, identity }) => {
          const closed = closedSpaceOf(log, identity)
          await kept
          await changeRecord(storage, record, { closed }, 'strict')
          record = { ...record, closed }
          options.onListChanged()
        }),
      )
    },
    async followClosing() {
      // This tab may be opening it again.
      await kept
      const { closed } = (await readRecord(storage, id)) ?? {}
      if (closed === undefined || isGone) return
      await closeBy(() =>
        shut(async () => {
          record = { ...record, closed }
        }),
      )
    },
    refresh(stored) {
      if (handle !== undefined) return
      if (opening !== undefined) {
        record = { ...stored, closed: record.closed }
        return
      }
      const isChanged = (record.closed === undefined) !== (stored.closed === undefined)
      record = stored
      // Another tab has closed or opened it.
      if (isChanged) set({ status: 'closed', ...(stored.closed !== undefined && { byChoice: true }) })
    },
    isAwaiting: ({ awaiting }) => awaiting.every(({ feed, seq }) => record.awaiting.some((head) => head.feed === feed && head.seq === seq)),
    async rejoin({ awaiting }) {
      record = { ...record, awaiting }
      await handle?.open.rejoin(awaiting)
    },
    setNetwork(through) {
      network = through
      if (through === undefined) void handle?.open.replication.leaveNetwork()
      else handle?.open.replication.enterNetwork(through)
    },
    async writeBackRows() {
      // A page that is loaded before all has come again must not take what is there for the whole space.
      if (handle !== undefined) record = { ...record, awaiting: handle.open.graph.tips().map(({ feed, seq }) => ({ feed, seq })) }
      const written = kept.then(async () => {
        const { putKeys = [], ...rows } = (await handle?.open.rowsBesideBlocks()) ?? {}
        await storage.write({ ...rows, putKeys: [...putKeys, putRecord(record)] }, 'strict')
      })
      kept = written.catch(() => {})
      await written
    },
    async letGo() {
      state.set({ status: 'not-found' })
      isGone = true
      await opening?.catch(() => {})
      await handle?.dispose()
      await kept
    },
    async dispose() {
      disposed = true
      await closing?.catch(() => {})
      await handle?.dispose()
      await kept
    },
  }
}

/** Nobody is signed in. */
export function noIdentity(): EchoError {
  return new EchoError(
    'no-identity',
    'Nobody is signed in on this device. Create or recover an identity first: echo.identity.create({ name }).',
  )
}

/** The person has closed the space. */
export function closedError(): EchoError {
  return new EchoError('space-closed', 'This space is closed. Open it again first: echo.spaces.open(id).')
}

function closedSpaceOf(log: OperationLog, identity: LocalIdentity): ClosedSpace {
  const idOf = ({ sign }: DeviceRecord): DeviceId => toId<DeviceId>(sign)
  return {
    devices: (log.state.get().members.get(identity.id)?.devices ?? []).map(idOf),
    shutOut: log
      .addedDevicesOf(identity.id)
      .map(idOf)
      .filter((device) => log.device(device) === undefined && log.wasRevoked(device)),
  }
}

/** What kept a space from being opened, as an EchoError. */
export function asOpeningError(error: unknown): EchoError {
  return asEchoError(error, 'data-corrupt', 'The space could not be opened. See the cause.')
}
