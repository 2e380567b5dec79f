import * as Y from 'yjs'
import { readingDiagnostics, type Diagnostics } from '../../../src/client/diagnostics/diagnostics.ts'
import type { CredentialInfo } from '../../../src/client/person/credentials.ts'
import type { AddDeviceFlow, AddDeviceOptions, Echo, InviteFlow, JoinFlow, PairFlow, Space } from '../../../src/client/echo.ts'
import type {
  AddDeviceState,
  ContactInfo,
  DeviceInfo,
  EchoState,
  IdentityState,
  InviteState,
  JoinState,
  MemberInfo,
  PairState,
  PresentPeer,
  SavedState,
  SpaceInfo,
  SpaceState,
  SyncStatus,
} from '../../../src/client/states.ts'
import type { InvitationInfo } from '../../../src/client/invitations/invitationOptions.ts'
import type { Permissions } from '../../../src/client/spaces/spacePermissions.ts'
import type { Conflict } from '../../../src/database/items/conflicts.ts'
import type { DeletedItem } from '../../../src/database/graph/trash.ts'
import type { UndoState } from '../../../src/database/undo/undoStack.ts'
import type { WithdrawnContent } from '../../../src/documents/verdicts/readWithdrawn.ts'
import { createTextEdits } from '../../../src/documents/texts/textEdits.ts'
import type { TextGeneration, TextHandle } from '../../../src/documents/texts/textHandle.ts'
import type { Finding, NetworkState } from '../../../src/network/network.ts'
import type { StorageState } from '../../../src/storage/storage.ts'
import type { StorageUsage } from '../../../src/storage/storageUsage.ts'
import type { LockStatus } from '../../../src/storage/passphrase/lockableStorage.ts'
import type { ReceivedMessage, SpaceChannel } from '../../../src/client/presence/spaceChannels.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { IdentityId, ItemId, SpaceId } from '../../../src/shared/ids.ts'
import { createWritable, type Readable, type Writable } from '../../../src/shared/readable.ts'

/** A Writable that counts its listeners, to see leaks. */
export type Counted<T> = Writable<T> & { listeners(): number }

export function counted<T>(initial: T): Counted<T> {
  const writable = createWritable(initial)
  let listeners = 0
  return {
    get: () => writable.get(),
    set: (value) => writable.set(value),
    listeners: () => listeners,
    subscribe(listener) {
      listeners++
      const stop = writable.subscribe(listener)
      let active = true
      return () => {
        if (active) listeners--
        active = false
        stop()
      }
    },
  }
}

export interface FakeRow {
  readonly id: ItemId
  readonly title: string
  readonly count?: number
}

/** What an owner beside another may do. */
export const allPermissions: Permissions = {
  role: 'owner',
  can: { write: true, invite: true, manageMembers: true, leave: true },
  why: {},
  members: new Map(),
}

/** All that was written is on this device, and on no other. */
export const savedHere: SavedState = { unsaved: 0, copies: { own: 0, others: 0 }, waiting: 0 }

export type FakeSpace = ReturnType<typeof createFakeSpace>
export type FakeEcho = ReturnType<typeof createFakeEcho>

/** A hand-made space: rows by id, one live entry per query key, texts in real Yjs documents. */
export function createFakeSpace(name = 'Garden', gate: Promise<void> = Promise.resolve()) {
  const listenersToChannel = new Set<(received: ReceivedMessage<unknown>) => void>()
  const sent: unknown[] = []
  const channel: SpaceChannel<unknown> = {
    send: (message) => void sent.push(message),
    subscribe(listener) {
      listenersToChannel.add(listener)
      return () => listenersToChannel.delete(listener)
    },
    dropped: 0,
  }
  const id = name as SpaceId
  const info = counted<SpaceInfo>({ id, name, role: 'owner', memberCount: 1, state: { status: 'ready' } })
  const rows = new Map<string, Counted<FakeRow | undefined>>()
  const queries = new Map<string, Counted<readonly FakeRow[]>>()
  const count = counted(1)
  const queriesMade: string[] = []
  const updates: { readonly id: string; readonly patch: Readonly<Record<string, unknown>> }[] = []
  let refusal: EchoError | undefined
  let withdrawn: readonly WithdrawnContent[] = []
  const sync = counted<SyncStatus>({ status: 'up-to-date', peers: 1, ...savedHere })
  const others = counted<readonly PresentPeer[]>([])
  const members = counted<readonly MemberInfo[]>([])
  const permissions = counted<Permissions>(allPermissions)
  const invitations = counted<readonly InvitationInfo[]>([])
  const spaceState = counted<SpaceState>({ status: 'ready' })
  const conflicts = counted<readonly Conflict[]>([])
  const trash = counted<readonly DeletedItem[]>([])
  const undoState = counted<UndoState>({ canUndo: true, canRedo: false, undoLabel: 'import', redoLabel: undefined })
  const calls: string[] = []
  const shared: unknown[] = []
  const typed: unknown[] = []
  const flows: (InviteFlow & {
    readonly state: Counted<InviteState>
    disposed: boolean
    created: string[]
    paths: (string | undefined)[]
  })[] = []
  const texts = new Map<string, { handle: TextHandle; current: Counted<TextGeneration>; users: number }>()
  let opened = 0
  let liveCalls = 0

  /** Notes a command, which `refuse` makes fail. */
  async function command(call: string): Promise<void> {
    calls.push(call)
    await gate
    if (refusal !== undefined) throw refusal
  }
  function row(itemId: string): Counted<FakeRow | undefined> {
    const present = rows.get(itemId) ?? counted<FakeRow | undefined>(undefined)
    rows.set(itemId, present)
    return present
  }
  function text(itemId: string) {
    const present = texts.get(itemId)
    if (present !== undefined) return present
    const yText = new Y.Doc().getText('text')
    const current = counted<TextGeneration>({ generation: 0, yText })
    const made = {
      current,
      users: 0,
      handle: {
        item: itemId as ItemId,
        current,
        content: { get: () => current.get().yText.toString(), subscribe: (listener: () => void) => current.subscribe(listener) },
        ...createTextEdits(
          () => current.get().yText,
          () => undefined,
        ),
        release: () => {
          made.users--
        },
      },
    }
    texts.set(itemId, made)
    return made
  }

  const space = {
    id,
    info,
    state: spaceState,
    sync,
    members,
    permissions,
    liveConflicts: () => conflicts,
    trash,
    restoreConflict: (itemId: string, { key, value }: Conflict) => calls.push(`restore ${itemId} ${key} ${String(value)}`),
    undo: {
      state: undoState,
      undo: () => calls.push('undo') > 0,
      redo: () => calls.push('redo') > 0,
    },
    invitations: {
      list: invitations,
      revoke: (invitation: string) => command(`revoke ${invitation}`),
      approve: (invitation: string, guest: string) => command(`approve ${invitation} ${guest}`),
      deny: (invitation: string, guest: string) => command(`deny ${invitation} ${guest}`),
    },
    removeMember: (member: string) => command(`remove ${member}`),
    setRole: (member: string, role: string) => command(`role ${member} ${role}`),
    leave: () => command('leave'),
    readWithdrawn: async () => withdrawn,
    channel: () => channel,
    presence: {
      peers: others,
      others: () => others,
      share: (_type: unknown, data: unknown) => {
        if (data === 'bad') throw new EchoError('bad-value', 'The data does not fit its schema.')
        shared.push(data)
      },
      setTyping: (item: unknown) => typed.push(item),
    },
    live(query: { readonly key: string }): Readable<readonly FakeRow[]> {
      liveCalls++
      const present = queries.get(query.key)
      if (present !== undefined) return present
      queriesMade.push(query.key)
      const made = counted<readonly FakeRow[]>([...rows.values()].map((entry) => entry.get()).filter((entry) => entry !== undefined))
      queries.set(query.key, made)
      return made
    },
    liveItem: (_type: unknown, itemId: string) => row(itemId),
    liveCount: () => count,
    update(item: string | { readonly id: string }, patch: Readonly<Record<string, unknown>>) {
      if (refusal !== undefined) throw refusal
      const itemId = typeof item === 'string' ? item : item.id
      updates.push({ id: itemId, patch })
      const before = row(itemId).get()
      if (before !== undefined) row(itemId).set({ ...before, ...patch })
    },
    async openText(itemId: string): Promise<TextHandle> {
      opened++
      await gate
      if (itemId === 'missing') throw new EchoError('item-not-found', 'No such item.')
      const made = text(itemId)
      made.users++
      return made.handle
    },
    peekText: (itemId: string) => ((texts.get(itemId)?.users ?? 0) > 0 ? texts.get(itemId)!.handle : undefined),
    invite() {
      const state = counted<InviteState>({ status: 'idle' })
      const flow = {
        state,
        disposed: false,
        created: [] as string[],
        paths: [] as (string | undefined)[],
        create: (options: { readonly role: string; readonly path?: string }) => {
          flow.created.push(options.role)
          flow.paths.push(options.path)
          state.set({
            status: 'waiting',
            url: 'https://app.example/#join=abc',
            code: undefined,
            expiresAt: 600_000,
            role: 'editor',
            usesLeft: 1,
            joined: [],
          })
        },
        approve: () => {},
        deny: () => {},
        another: () => state.set({ status: 'idle' }),
        cancel: () => state.set({ status: 'cancelled' }),
        dispose: () => {
          flow.disposed = true
        },
      }
      flows.push(flow)
      return flow
    },
    setName: (next: string) => info.set({ ...info.get(), name: next }),
    flush: () => Promise.resolve(),
  }
  return {
    space: space as unknown as Space,
    info,
    state: spaceState,
    sync,
    members,
    permissions,
    undoState,
    conflicts,
    trash,
    invitations,
    calls,
    others,
    shared,
    typed,
    flows,
    updates,
    queries,
    queriesMade,
    gate,
    row,
    text,
    opened: () => opened,
    liveCalls: () => liveCalls,
    sent,
    listenersToChannel,
    refuse: (error: EchoError | undefined) => {
      refusal = error
    },
    withdraw: (contents: readonly WithdrawnContent[]) => {
      withdrawn = contents
    },
  }
}

/** What opens a fake device. */
export const rightPassphrase = 'correct horse battery'

function wrongPassphrase(): EchoError {
  return new EchoError('bad-passphrase', 'This is not the passphrase of this device.')
}

const ann = { id: 'ann' as IdentityId, name: 'Ann' }

/** A hand-made Echo around {@link createFakeSpace}s. */
export function createFakeEcho(
  options: {
    readonly app?: string
    readonly identity?: IdentityState
    readonly spaces?: readonly FakeSpace[]
    readonly state?: EchoState
  } = {},
) {
  const state = counted<EchoState>(options.state ?? { status: 'ready' })
  const identity = counted<IdentityState>(options.identity ?? { status: 'ready', identity: ann })
  const spaces = options.spaces ?? []
  const list = counted<readonly SpaceInfo[]>(spaces.map((entry) => entry.info.get()))
  const network = counted<NetworkState>({ status: 'online', connections: 1 })
  const diagnostics = counted<readonly Finding[]>([])
  const storage = counted<StorageState>({ status: 'ready', persistent: true })
  const storageUsage = counted<StorageUsage | undefined>(undefined)
  const devices = counted<readonly DeviceInfo[]>([])
  const awaitsDevices = counted(false)
  const contacts = counted<readonly ContactInfo[]>([])
  const credentials = counted<readonly CredentialInfo[]>([])
  const openPromises = new Map<string, Promise<Space>>()
  const ready = new Set<string>()
  const joins: (JoinFlow & { readonly link: string; readonly state: Counted<JoinState>; disposed: boolean; accepted: number })[] = []
  const additions: (AddDeviceFlow & { readonly state: Counted<AddDeviceState> })[] = []
  const pairings: (PairFlow & { readonly state: Counted<PairState> })[] = []
  const states = new Map<string, Readable<SpaceState>>()
  const calls: string[] = []
  let disposals = 0
  const errorListeners = new Set<(error: EchoError) => void>()

  const diagnosis = counted<Diagnostics>(readingDiagnostics)
  const passphrase = counted<LockStatus>('off')
  const echo: Echo = {
    app: options.app ?? 'test-app',
    state,
    opened: Promise.resolve(),
    passphrase: {
      state: passphrase,
      async set() {
        calls.push('set passphrase')
        passphrase.set('unlocked')
      },
      async change(current) {
        calls.push('change passphrase')
        if (current !== rightPassphrase) throw wrongPassphrase()
      },
      async remove(current) {
        calls.push('remove passphrase')
        if (current !== rightPassphrase) throw wrongPassphrase()
        passphrase.set('off')
      },
      async unlock(given) {
        calls.push('unlock')
        if (given !== rightPassphrase) throw wrongPassphrase()
        passphrase.set('unlocked')
        identity.set({ status: 'ready', identity: ann })
      },
      async lock() {
        calls.push('lock')
      },
    },
    identity: {
      renameDevice(device, name) {
        calls.push(`rename ${device} ${name}`)
        devices.set(devices.get().map((info) => (info.id === device ? { ...info, name } : info)))
      },
      state: identity,
      awaitsDevices,
      devices,
      contacts,
      async create({ name = '' } = {}) {
        calls.push(`create ${name}`)
        identity.set({ status: 'unsaved', identity: { ...ann, name } })
        return { phrase: phrase }
      },
      async recover({ name = '', ...request }) {
        calls.push(`recover ${name}`)
        if (request.phrase !== phrase) throw new EchoError('bad-phrase', 'These are not 24 words of the list with a fitting checksum.')
        identity.set({ status: 'ready', identity: { ...ann, name } })
      },
      showPhrase: () => Promise.resolve(phrase),
      async confirmPhraseSaved() {
        calls.push('confirm')
        const present = identity.get()
        if (present.status === 'unsaved') identity.set({ status: 'ready', identity: present.identity })
      },
      async updateProfile(change) {
        calls.push(`update ${JSON.stringify(change)}`)
        const present = identity.get()
        if ('identity' in present && change.name !== undefined) {
          identity.set({ ...present, identity: { ...present.identity, name: change.name } })
        }
      },
    },
    credentials: { list: credentials, present: async () => new Uint8Array([1]), verify: async () => ({ ok: false, error: 'malformed' }) },
    spaces: {
      list,
      create: () => Promise.reject(new EchoError('no-identity', 'Not in this fake.')),
      import: () => Promise.reject(new EchoError('no-identity', 'Not in this fake.')),
      close: () => Promise.reject(new EchoError('space-not-found', 'Not in this fake.')),
      clone: () => Promise.reject(new EchoError('no-identity', 'Not in this fake.')),
      open(id) {
        const present = openPromises.get(id)
        if (present !== undefined) return present
        calls.push(`open ${id}`)
        const found = spaces.find((entry) => entry.space.id === id)
        // A new rejection each time, as the contract allows.
        if (found === undefined) return Promise.reject(new EchoError('space-not-found', 'No such space.'))
        const promise = found.gate.then(() => (ready.add(id), found.space))
        openPromises.set(id, promise)
        return promise
      },
      async delete(id, { confirm }) {
        calls.push(`delete ${id} ${confirm}`)
        if (spaces.find((entry) => entry.space.id === id)?.state.get().status === 'ready')
          throw new EchoError('already-member', 'Leave it.')
      },
      async revokeDevice(device, { phrase: words } = {}) {
        calls.push(`revoke ${device}${words === undefined ? '' : ' by phrase'}`)
        if (words !== undefined && words !== phrase) throw new EchoError('bad-phrase', 'Not these.')
        devices.set(devices.get().filter(({ id }) => id !== device))
      },
      openAsIs: (id) => void calls.push(`openAsIs ${id}`),
      get: (id) => (ready.has(id) ? spaces.find((entry) => entry.space.id === id)?.space : undefined),
      state(id) {
        const present =
          states.get(id) ?? spaces.find((entry) => entry.space.id === id)?.space.state ?? counted<SpaceState>({ status: 'not-found' })
        states.set(id, present)
        return present
      },
    },
    network: {
      state: network,
      diagnostics,
      setEnabled: (enabled) => network.set(enabled ? { status: 'online', connections: 1 } : { status: 'off' }),
    },
    diagnose(space) {
      calls.push(`diagnose ${space}`)
      return diagnosis
    },
    storage: { state: storage, usage: storageUsage, persist: () => Promise.resolve(true) },
    join(link) {
      const joinState = counted<JoinState>({
        status: 'preview',
        preview: { spaceName: 'Garden', inviterName: 'Ann', role: 'editor', expiresAt: undefined },
      })
      const flow = {
        link,
        state: joinState,
        disposed: false,
        accepted: 0,
        accept: () => {
          flow.accepted++
        },
        submitCode: () => {},
        cancel: () => joinState.set({ status: 'cancelled', by: 'me' }),
        dispose: () => {
          flow.disposed = true
        },
      }
      joins.push(flow)
      return flow
    },
    addDevice() {
      const flow = {
        state: counted<AddDeviceState>({ status: 'idle' }),
        create: (given: AddDeviceOptions = {}) => void calls.push(`addDevice ${JSON.stringify(given)}`),
        approve: (guest: string) => void calls.push(`approve ${guest}`),
        deny: (guest: string) => void calls.push(`deny ${guest}`),
        cancel: () => flow.state.set({ status: ['waiting', 'approving'].includes(flow.state.get().status) ? 'cancelled' : 'idle' }),
        dispose: () => void calls.push('addDevice disposed'),
      }
      additions.push(flow)
      return flow
    },
    pair(link, { deviceName = '' } = {}) {
      calls.push(`pair ${link} ${deviceName}`)
      const flow = {
        state: counted<PairState>({
          status: 'preview',
          preview: { spaceName: undefined, inviterName: 'Ann', role: undefined, expiresAt: undefined },
        }),
        accept: () => void calls.push('pair accepted'),
        submitCode: (code: string) => void calls.push(`pair code ${code}`),
        confirm: () => void calls.push('pair confirmed'),
        cancel: () => flow.state.set({ status: 'cancelled', by: 'me' }),
        dispose: () => void calls.push('pair disposed'),
      }
      pairings.push(flow)
      return flow
    },
    onError(listener) {
      errorListeners.add(listener)
      return () => errorListeners.delete(listener)
    },
    async reset({ confirm }) {
      calls.push(`reset ${confirm}`)
      state.set({ status: 'disposed' })
    },
    dispose: async () => {
      disposals++
      state.set({ status: 'disposed' })
    },
  }
  const fail = (error: EchoError): void => {
    for (const listener of errorListeners) listener(error)
  }
  return {
    echo,
    state,
    identity,
    awaitsDevices,
    devices,
    contacts,
    credentials,
    list,
    network,
    diagnostics,
    storage,
    storageUsage,
    joins,
    additions,
    pairings,
    calls,
    disposals: () => disposals,
    fail,
    errorListeners,
  }
}

/** 24 words as the fake hands them out. */
export const phrase =
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art'
