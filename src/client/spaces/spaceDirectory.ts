import { EchoError } from '../../shared/echoError.ts'
import { parseId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import { createWritable, type Readable, type Writable } from '../../shared/readable.ts'
import type { Network } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import type { SpaceHandle } from './createSpaceHandle.ts'
import { createSpaceOnDevice } from './createSpace.ts'
import { deletionOf } from './deletedSpaces.ts'
import type { DeviceOwner } from '../devices/deviceOwner.ts'
import type { Space } from '../echo.ts'
import { asOpeningError, closedError, createSpaceEntry, type SpaceEntry, type SpaceEntryOptions } from './spaceEntry.ts'
import { readRecords, type ClosedSpace, type SpaceRecord } from './spaceRecord.ts'
import type { SpaceInfo, SpaceState } from '../states.ts'
import type { WriteBackStep } from './writeBack.ts'

/** The spaces of this device: which there are, which are open, and their opening. */
export interface SpaceDirectory {
  readonly list: Readable<readonly SpaceInfo[]>
  ids(): readonly SpaceId[]
  /** The spaces that are open now. */
  handles(): readonly SpaceHandle[]
  state(id: string): Readable<SpaceState>
  get(id: string): Space | undefined
  /** @param options.unlessClosed rejects with space-closed where the person has closed the space, instead of opening it */
  open(id: string, options?: { readonly unlessClosed?: boolean }): Promise<Space>
  /** Closes a space until it is opened again. @throws as `echo.spaces.close` does */
  close(id: string): Promise<void>
  /** The spaces that the person has closed, and what was known when they were. */
  closed(): readonly { readonly id: SpaceId; readonly closed: ClosedSpace }[]
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
  /** Another tab changed what this device keeps for a space under a name. */
  refreshLocal(id: string, name: string): void
  /** What this tab has changed of what this device keeps for spaces: a tab that comes may have read before. */
  writtenLocals(): readonly { readonly space: SpaceId; readonly name: string }[]
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

/** In these states there is a handle to read from. */
const readable: ReadonlySet<SpaceState['status']> = new Set(['ready', 'removed', 'left'])

export function createSpaceDirectory(
  options: SpaceEntryOptions & {
    readonly owner: DeviceOwner
    /** What makes this device one of its person's (deviceChain.ts). */
    readonly chainOf: (identity: LocalIdentity) => Promise<readonly DeviceRecord[]>
  },
): SpaceDirectory {
  const { ports, onError } = options
  const { storage } = ports
  const entries = new Map<SpaceId, SpaceEntry>()
  const list = createWritable<readonly SpaceInfo[]>([])
  const unknown = new Map<string, Writable<SpaceState>>()
  let network: Network | undefined
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
    const infos = [...entries.values()].map(({ info }) => info)
    infos.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1))
    const before = list.get()
    if (infos.length !== before.length || infos.some((info, i) => !sameInfo(info, before[i]!))) {
      list.set(infos.map((info) => before.find((former) => sameInfo(former, info)) ?? info))
    }
  }

  function add(record: SpaceRecord): SpaceEntry {
    const known = entries.get(record.id)
    if (known !== undefined) {
      known.refresh(record)
      return known
    }
    const isAwaited = early.has(record.id) || (early.has(unlessClosedKey(record.id)) && record.closed === undefined)
    const initial: SpaceState = isAwaited
      ? { status: 'opening', progress: 0 }
      : { status: 'closed', ...(record.closed !== undefined && { byChoice: true }) }
    const state = unknown.get(record.id) ?? createWritable<SpaceState>(initial)
    state.set(initial)
    const entry = createSpaceEntry(options, record, state, publish)
    entry.setNetwork(network)
    entries.set(record.id, entry)
    return entry
  }

  async function letGo(id: SpaceId): Promise<void> {
    const entry = entries.get(id)
    if (entry === undefined) return
    entries.delete(id)
    unknown.set(id, entry.state)
    early.delete(id)
    early.delete(unlessClosedKey(id))
    const gone = entry.letGo()
    publish()
    await gone
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

  function find(id: string): SpaceEntry | undefined {
    return entries.get(id as SpaceId)
  }

  function reportClosing(error: unknown): void {
    onError(asOpeningError(error))
  }

  function startAll(): void {
    for (const entry of entries.values()) if (entry.record.closed === undefined) void entry.open()
  }

  /** Opens a space, and does not wait for its content. */
  function handleOf(entry: SpaceEntry): Promise<SpaceHandle> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (entry.handle === undefined) return
        stop()
        resolve(entry.handle)
      }
      const stop = entry.state.subscribe(look)
      entry.open().then(look, reject).finally(stop)
      look()
    })
  }

  function open(id: string, { unlessClosed = false }: { readonly unlessClosed?: boolean } = {}): Promise<Space> {
    const entry = find(id)
    if (entry !== undefined) return unlessClosed && entry.record.closed !== undefined ? Promise.reject(closedError()) : entry.open()
    if (!isLoaded) {
      const key = unlessClosed ? unlessClosedKey(id) : id
      const opening = early.get(key) ?? whenLoaded.then(() => open(id, { unlessClosed }))
      early.set(key, opening)
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
    async close(id) {
      // At once where it can be: whoever opens it in the next moment wants it open.
      if (!isLoaded) await whenLoaded
      const entry = find(id)
      await (entry === undefined ? open(id) : entry.close())
    },
    closed: () => [...entries.values()].flatMap(({ record: { id, closed } }) => (closed === undefined ? [] : [{ id, closed }])),
    openAsIs(id) {
      find(id)?.handle?.open.firstSync.giveUp()
    },
    async create(name) {
      const record = await options.owner.begin(async (identity) =>
        createSpaceOnDevice(ports, { identity, chain: await options.chainOf(identity), ownName: options.ownName(), name }),
      )
      const space = await add(record).open()
      space.setName(name)
      publish()
      options.onListChanged()
      // Whoever is told that the space is there finds it under its name, whatever ends this page.
      await space.flush()
      return space
    },
    adopt(record) {
      const before = entries.get(record.id)?.opening
      const entry = add(record)
      if (before === undefined) void entry.open()
      else before.then(() => entry.rejoin(record)).catch((error: unknown) => onError(asOpeningError(error)))
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
        // Another tab has closed it.
        if (record.closed !== undefined && entry.record.closed === undefined) void entry.followClosing().catch(reportClosing)
        // Another tab has joined again: that this device is a member the log may say already, but not the new key.
        if (record.awaiting.length > 0 && !entry.isAwaiting(record)) await entry.rejoin(record)
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
      return [...all.map((entry) => entry.writeBackRows), ...all.map((entry) => async () => entry.handle?.open.writeBackBlocks())]
    },
    refreshMuted(id) {
      void find(id)
        ?.handle?.open.muted.read()
        .catch((error: unknown) => onError(asOpeningError(error)))
    },
    refreshLocal(id, name) {
      const entry = find(id)
      const refresh = (): void => entry?.handle?.open.local.refresh(name)
      // One that is being opened may have read it before.
      if (entry?.handle === undefined) void entry?.opening?.then(refresh, () => {})
      else refresh()
    },
    writtenLocals: () =>
      [...entries].flatMap(([space, { handle }]) => (handle?.open.local.written() ?? []).map((name) => ({ space, name }))),
    fail: refuseLoaded,
    setNetwork(through) {
      network = through
      for (const entry of entries.values()) entry.setNetwork(through)
      if (through !== undefined) startAll()
    },
    async revokeDevice(device, root) {
      const all = [...entries.values()].map(async (entry) => (await handleOf(entry)).revokeDevice(device, root))
      const failed = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw asOpeningError(failed.reason)
    },
    probe() {
      for (const { handle } of entries.values()) handle?.open.replication.probe()
    },
    tick() {
      for (const { handle } of entries.values()) handle?.open.documents.tick()
    },
    async dispose() {
      await Promise.all([...entries.values()].map((entry) => entry.dispose()))
    },
  }
}

/** Under which a space is awaited by whoever does not want to open it where it was closed. */
function unlessClosedKey(id: string): string {
  return `${id} unless closed`
}

function sameInfo(a: SpaceInfo, b: SpaceInfo): boolean {
  return a.id === b.id && a.name === b.name && a.role === b.role && a.memberCount === b.memberCount && a.state === b.state
}
