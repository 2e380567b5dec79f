import { EchoError } from '../shared/echoError.ts'
import { parseId, type DeviceId, type SpaceId } from '../shared/ids.ts'
import { createWritable, type Readable, type Writable } from '../shared/readable.ts'
import type { Network, NetworkState } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { ProfileRecord } from '../identity/profileRecord.ts'
import type { RootKey } from '../identity/rootKey.ts'
import type { AnyItemType } from '../database/defineType.ts'
import { createSpaceHandle, type SpaceHandle } from './createSpaceHandle.ts'
import type { EchoPorts, Space } from './echo.ts'
import { createSpaceOnDevice } from './createSpace.ts'
import { membershipEnd } from './spacePermissions.ts'
import { deletionOf } from './deletedSpaces.ts'
import { openSpace, type OpenSpace } from './openSpace.ts'
import { changeRecord, putRecord, readRecords, type SpaceRecord } from './spaceRecord.ts'
import type { SpaceInfo, SpaceState } from './states.ts'
import type { WriteBackStep } from './writeBack.ts'

/** The spaces of this device: which there are, which are open, and their opening. */
export interface SpaceDirectory {
  readonly list: Readable<readonly SpaceInfo[]>
  ids(): readonly SpaceId[]
  /** The spaces that are open now. */
  handles(): readonly SpaceHandle[]
  state(id: string): Readable<SpaceState>
  get(id: string): Space | undefined
  open(id: string): Promise<Space>
  openAsIs(id: string): void
  create(name: string): Promise<Space>
  /** Takes in a space that was just stored, and opens it; one that is open already goes on with what a join has added. @returns its state */
  adopt(record: SpaceRecord): Readable<SpaceState>
  /** Deletes a space that the person is out of, or alone in. @throws as `echo.spaces.delete` does */
  delete(id: string): Promise<void>
  /** Deletes a space because another of the person's devices has. @throws EchoError of storage */
  bury(id: SpaceId): Promise<void>
  /** Closes a space that another tab deletes, and takes it off the list. */
  letGo(id: string): Promise<void>
  /** Reads the list of spaces again: another tab may have changed it. */
  refresh(): Promise<void>
  /** Steps that store again what memory holds of the spaces: first what makes each a space of this device, which is little, then their blocks. */
  writeBack(): readonly WriteBackStep[]
  /** Another tab muted or unmuted a member of a space. */
  refreshMuted(id: string): void
  /** There will be no list: who waits for it hears why. */
  fail(error: EchoError): void
  /** Meets members through `network` for every space, opening all; undefined = no longer. */
  setNetwork(network: Network | undefined): void
  /** Shuts a device of one's own out of every space, opening all, in the name of the phrase where that is here. @throws (rejects) the first fault, after all else was done */
  revokeDevice(device: DeviceId, root: RootKey | undefined): Promise<void>
  /** Cuts own edits of every open space now: the page hides or closes. */
  tick(): void
  /** Asks all links for a sign of life: the page was hidden or offline. */
  probe(): void
  dispose(): Promise<void>
}

export interface SpaceDirectoryOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly types: readonly AnyItemType[]
  readonly identity: () => LocalIdentity | undefined
  readonly ownName: () => string
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
  readonly onError: (error: EchoError) => void
}

/** In these states there is a handle to read from. */
const readable: ReadonlySet<SpaceState['status']> = new Set(['ready', 'removed', 'left'])

interface Entry {
  record: SpaceRecord
  readonly state: Writable<SpaceState>
  opening: Promise<Space> | undefined
  handle: SpaceHandle | undefined
  /** Resolves when the record is stored as it is here, or could not be. */
  kept: Promise<void>
}

export function createSpaceDirectory(options: SpaceDirectoryOptions): SpaceDirectory {
  const { ports, onError } = options
  const { storage } = ports
  const entries = new Map<SpaceId, Entry>()
  const list = createWritable<readonly SpaceInfo[]>([])
  const unknown = new Map<string, Writable<SpaceState>>()
  let network: Network | undefined
  let disposed = false
  /** Until the list was read once, no id is known to be unknown. */
  let isLoaded = false
  let setLoaded: () => void = () => {}
  let refuseLoaded: (error: EchoError) => void = () => {}
  const whenLoaded = new Promise<void>((resolve, reject) => {
    setLoaded = resolve
    refuseLoaded = reject
  })
  // Whoever asks for a space hears of it.
  whenLoaded.catch(() => {})
  const early = new Map<string, Promise<Space>>()

  function publish(): void {
    const infos = [...entries.values()].map(infoOf)
    infos.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1))
    const before = list.get()
    if (infos.length !== before.length || infos.some((info, i) => !sameInfo(info, before[i]!))) {
      list.set(infos.map((info) => before.find((former) => sameInfo(former, info)) ?? info))
    }
  }

  function infoOf({ handle, record, state }: Entry): SpaceInfo {
    const info = handle?.space.info.get()
    if (info === undefined) return { id: record.id, name: record.name, role: 'reader', memberCount: 0, state: state.get() }
    // What was known before the content came is better than no name.
    return info.name === '' && record.name !== '' ? { ...info, name: record.name } : info
  }

  function add(record: SpaceRecord): Entry {
    const known = entries.get(record.id)
    if (known !== undefined) {
      if (known.handle === undefined) known.record = record
      return known
    }
    const state = unknown.get(record.id) ?? createWritable<SpaceState>({ status: 'closed' })
    state.set({ status: 'closed' })
    const entry: Entry = { record, state, opening: undefined, handle: undefined, kept: Promise.resolve() }
    entries.set(record.id, entry)
    return entry
  }

  /** Opening does not wait for the content that a join still expects: who asks for the space waits in {@link open}. */
  function start(entry: Entry): Promise<Space> {
    entry.opening ??= begin(entry)
    // Whoever asked for the space hears of a failure; the list shows it too.
    entry.opening.catch(() => {})
    return entry.opening
  }

  async function begin(entry: Entry): Promise<Space> {
    const identity = options.identity()
    if (identity === undefined) throw noIdentity()
    const set = (state: SpaceState): void => {
      entry.state.set(state)
      publish()
    }
    set({ status: 'opening', progress: 0 })
    const result = await openSpace({
      ports,
      identity,
      app: options.app,
      types: options.types,
      record: entry.record,
      tabs: ports.tabs,
      ownName: options.ownName,
      ownProfile: options.ownProfile,
      onNewerProfile: options.onNewerProfile,
      onProgress: (progress) => set({ status: 'opening', progress }),
      onContentStored: () => void keep(entry, { awaiting: [] }),
      onError,
    }).catch((error: unknown) => {
      entry.opening = undefined
      set({ status: 'damaged', error: asError(error) })
      throw asError(error)
    })
    if (!result.ok) {
      entry.opening = undefined
      set(result.error.code === 'peer-offline' ? { status: 'waiting-for-key' } : { status: 'damaged', error: result.error })
      throw result.error
    }
    const handle = createSpaceHandle({
      ...options,
      open: result.value,
      storageState: storage.state,
      state: entry.state,
      network: ports.network,
      onMuted: () => options.onMuted(entry.record.id),
    })
    if (disposed) {
      await handle.dispose()
      throw new EchoError('disposed', 'This Echo was disposed while the space was opening. Create a new one with createEcho.')
    }
    entry.handle = handle
    if (network !== undefined) result.value.replication.enterNetwork(network)
    handle.space.info.subscribe(() => {
      keepName(entry)
      publish()
    })
    keepName(entry)
    return new Promise((resolve) => {
      const look = (): void => {
        const next = stateOf(entry, result.value)
        if (next.status !== entry.state.get().status || next.status === 'first-sync') set(next)
        if (next.status !== 'first-sync') resolve(handle.space)
      }
      result.value.firstSync.state.subscribe(look)
      result.value.log.state.subscribe(look)
      look()
    })
  }

  function stateOf(entry: Entry, { firstSync, log, identity, profiles }: OpenSpace): SpaceState {
    const end = membershipEnd(log, identity)
    if (end !== undefined) {
      if (entry.record.endedAt === undefined) void keep(entry, { endedAt: ports.clock.now() })
      const since = entry.record.endedAt!
      if (end === 'left') return { status: end, since }
      const { members } = log.state.get()
      const by = log.endedBy(identity.deviceId).map((id) => {
        const name = profiles.state.get().get(id)?.name ?? members.get(id)?.name ?? ''
        return { id, name, isMe: id === identity.id }
      })
      return { status: end, by, since }
    }
    if (entry.record.endedAt !== undefined) void keep(entry, { endedAt: undefined })
    const waiting = firstSync.state.get()
    return waiting === undefined ? { status: 'ready' } : { status: 'first-sync', ...waiting }
  }

  async function rejoin(entry: Entry, { awaiting }: SpaceRecord): Promise<void> {
    entry.record = { ...entry.record, awaiting }
    await entry.handle?.open.rejoin(awaiting)
  }

  function isAwaiting({ record }: Entry, { awaiting }: SpaceRecord): boolean {
    return awaiting.every(({ feed, seq }) => record.awaiting.some((head) => head.feed === feed && head.seq === seq))
  }

  /** The list shows names of spaces that are not open. */
  function keepName(entry: Entry): void {
    const { name } = entry.handle!.space.info.get()
    if (name !== '' && name !== entry.record.name) void keep(entry, { name })
  }

  async function letGo(id: SpaceId): Promise<void> {
    const entry = entries.get(id)
    if (entry === undefined) return
    entries.delete(id)
    unknown.set(id, entry.state)
    entry.state.set({ status: 'not-found' })
    early.delete(id)
    publish()
    await entry.opening?.catch(() => {})
    await entry.handle?.dispose()
    await entry.kept
  }

  async function remove(id: SpaceId, ends: readonly Uint8Array[] | undefined): Promise<void> {
    options.onDeleted(id)
    const { record } = entries.get(id)!
    await letGo(id)
    try {
      await storage.write(await deletionOf(storage, id, ends), 'strict')
    } catch (error) {
      add(record)
      publish()
      throw error
    }
    options.onListChanged()
  }

  function keep(entry: Entry, changes: Partial<SpaceRecord>): Promise<void> {
    // A row that comes after its space was deleted would bring it back.
    if (entries.get(entry.record.id) !== entry) return entry.kept
    const before = entry.record
    entry.record = { ...before, ...changes }
    // One after the other: each reads what the one before has written.
    entry.kept = entry.kept
      .then(() => changeRecord(storage, before, changes))
      .then(options.onListChanged, (error: unknown) => onError(asError(error)))
    return entry.kept
  }

  async function writeBackRows(entry: Entry): Promise<void> {
    const open = entry.handle?.open
    // A page that is loaded before all has come again must not take what is there for the whole space.
    if (open !== undefined) entry.record = { ...entry.record, awaiting: open.graph.tips().map(({ feed, seq }) => ({ feed, seq })) }
    const written = entry.kept.then(async () => {
      const { putKeys = [], ...rows } = (await open?.rowsBesideBlocks()) ?? {}
      await storage.write({ ...rows, putKeys: [...putKeys, putRecord(entry.record)] }, 'strict')
    })
    entry.kept = written.catch(() => {})
    await written
  }

  function find(id: string): Entry | undefined {
    return entries.get(id as SpaceId)
  }

  function startAll(): void {
    for (const entry of entries.values()) void start(entry)
  }

  /** Opens a space, and does not wait for its content. */
  function handleOf(entry: Entry): Promise<SpaceHandle> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (entry.handle === undefined) return
        stop()
        resolve(entry.handle)
      }
      const stop = entry.state.subscribe(look)
      start(entry).then(look, reject).finally(stop)
      look()
    })
  }

  function open(id: string): Promise<Space> {
    const entry = find(id)
    if (entry !== undefined) return start(entry)
    if (!isLoaded) {
      const opening = early.get(id) ?? whenLoaded.then(() => open(id))
      early.set(id, opening)
      return opening
    }
    const isId = parseId<SpaceId>(id, 32) !== undefined
    const why = isId ? 'This device is no member of a space with this id' : 'This is not the id of a space'
    return Promise.reject(
      new EchoError('space-not-found', `${why}. Join it from an invitation, or pick one of echo.spaces.list.`, { details: { id } }),
    )
  }

  return {
    list,
    ids: () => [...entries.keys()],
    handles: () => [...entries.values()].flatMap(({ handle }) => handle ?? []),
    state(id) {
      const entry = find(id)
      if (entry !== undefined) return entry.state
      let state = unknown.get(id)
      if (state === undefined) {
        state = createWritable<SpaceState>(isLoaded ? { status: 'not-found' } : { status: 'opening', progress: 0 })
        unknown.set(id, state)
      }
      return state
    },
    get(id) {
      const entry = find(id)
      return entry !== undefined && readable.has(entry.state.get().status) ? entry.handle?.space : undefined
    },
    open,
    openAsIs(id) {
      find(id)?.handle?.open.firstSync.giveUp()
    },
    async create(name) {
      const identity = options.identity()
      if (identity === undefined) throw noIdentity()
      const record = await createSpaceOnDevice(ports, identity, options.ownName(), name)
      const space = await start(add(record))
      space.setName(name)
      publish()
      options.onListChanged()
      return space
    },
    adopt(record) {
      const before = entries.get(record.id)?.opening
      const entry = add(record)
      if (before === undefined) void start(entry)
      else before.then(() => rejoin(entry, record)).catch((error: unknown) => onError(asError(error)))
      publish()
      options.onListChanged()
      return entry.state
    },
    async delete(id) {
      await open(id)
      const { log, identity } = find(id)!.handle!.open
      const { members } = log.state.get()
      if (members.has(identity.id) && log.device(identity.deviceId) !== undefined) {
        if (members.size > 1) {
          throw new EchoError(
            'already-member',
            'You are a member of this space, and the others would take you for one. Leave it first: space.leave().',
          )
        }
        // So that another device of this person, which has not heard of it, does not take the space for a living one.
        await find(id)!.handle!.space.leave()
      }
      await remove(id as SpaceId, log.endIdsAgainst(identity.deviceId))
    },
    bury: (id) => remove(id, undefined),
    letGo: (id) => letGo(id as SpaceId),
    async refresh() {
      const records = await readRecords(storage)
      const isLost = storage.state.get().status === 'emptied'
      for (const [id, entry] of entries) {
        // Another tab has deleted it.
        if (entry.opening === undefined && !isLost && !records.some((record) => record.id === id)) await letGo(id)
      }
      for (const record of records) {
        const entry = add(record)
        // Another tab has joined again: that this device is a member the log may say already, but not the new key.
        if (record.awaiting.length > 0 && !isAwaiting(entry, record)) await rejoin(entry, record)
      }
      if (!isLoaded) {
        isLoaded = true
        for (const [id, state] of unknown) if (!entries.has(id as SpaceId)) state.set({ status: 'not-found' })
        setLoaded()
      }
      if (network !== undefined) startAll()
      publish()
    },
    writeBack() {
      const all = [...entries.values()]
      return [...all.map((entry) => () => writeBackRows(entry)), ...all.map((entry) => async () => entry.handle?.open.writeBackBlocks())]
    },
    refreshMuted(id) {
      void find(id)
        ?.handle?.open.muted.read()
        .catch((error: unknown) => onError(asError(error)))
    },
    fail: refuseLoaded,
    setNetwork(through) {
      network = through
      for (const { handle } of entries.values()) {
        if (through === undefined) void handle?.open.replication.leaveNetwork()
        else handle?.open.replication.enterNetwork(through)
      }
      if (through !== undefined) startAll()
    },
    async revokeDevice(device, root) {
      const all = [...entries.values()].map(async (entry) => (await handleOf(entry)).revokeDevice(device, root))
      const failed = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw asError(failed.reason)
    },
    probe() {
      for (const { handle } of entries.values()) handle?.open.replication.probe()
    },
    tick() {
      for (const { handle } of entries.values()) handle?.open.documents.tick()
    },
    async dispose() {
      disposed = true
      await Promise.all([...entries.values()].map((entry) => entry.handle?.dispose()))
      await Promise.all([...entries.values()].map(({ kept }) => kept))
    },
  }
}

function noIdentity(): EchoError {
  return new EchoError(
    'no-identity',
    'Nobody is signed in on this device. Create or recover an identity first: echo.identity.create({ name }).',
  )
}

function asError(error: unknown): EchoError {
  return error instanceof EchoError
    ? error
    : new EchoError('data-corrupt', 'The space could not be opened. See the cause.', { cause: error })
}

function sameInfo(a: SpaceInfo, b: SpaceInfo): boolean {
  return a.id === b.id && a.name === b.name && a.role === b.role && a.memberCount === b.memberCount && a.state === b.state
}
