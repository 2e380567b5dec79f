import { EchoError } from '../shared/echoError.ts'
import type { DeviceId } from '../shared/ids.ts'
import { systemClock, systemRandom } from '../shared/ports.ts'
import { createWritable } from '../shared/readable.ts'
import { loadCpace } from '../crypto/loadCpace.ts'
import { createWebCrypto } from '../crypto/webCrypto.ts'
import { createIndexedDbStorage } from '../storage/indexedDbStorage.ts'
import { createTabsNetwork } from '../network/tabs/tabsNetwork.ts'
import { createWebrtcNetwork } from '../network/webrtc/webrtcNetwork.ts'
import { createIdentityStore } from '../identity/identityStore.ts'
import { loadPhrases } from '../identity/loadPhrases.ts'
import { localIdentity } from '../identity/localIdentity.ts'
import type { Echo, EchoConfig, EchoPorts } from './echo.ts'
import { eraseConfirmation, eraseDevice, isErasing } from './eraseDevice.ts'
import { createCredentials } from './createCredentials.ts'
import { createHalo } from './createHalo.ts'
import { defaultDeviceName } from './deviceName.ts'
import { createIdentityControl } from './identityCommands.ts'
import { createAddDeviceFlow } from './addDeviceFlow.ts'
import { createJoinFlow } from './joinFlow.ts'
import { createLeadership, type Leadership } from './leadership.ts'
import { createNetworkControl } from './networkControl.ts'
import { createPairFlow } from './pairFlow.ts'
import { createSpaceDirectory } from './spaceDirectory.ts'
import type { EchoState } from './states.ts'
import { watchPage } from './watchPage.ts'
import { createWriteBack } from './writeBack.ts'
import { createTabControl, type TabControl, type TabMessage } from './tabControl.ts'

/**
 * Makes an app's database on this device. Synchronous: it opens in the background, `state` tells how far it is. Make one at module level and hand it
 * to `<EchoProvider echo={echo}>`.
 * @throws EchoError bad-config, bad-schema
 * @example
 * const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
 * const echo = createEcho({ app: 'field-notes', types: [Task], signaling: ['wss://signal.example'] })
 */
export function createEcho(config: EchoConfig): Echo {
  assertConfig(config)
  const { app, types = [] } = config
  const ports = portsOf(config)
  const { storage, network, tabs } = ports
  const state = createWritable<EchoState>({ status: 'opening' })
  const errorListeners = new Set(config.onError === undefined ? [] : [config.onError])

  const identity = createIdentityControl(() => control?.tell({ type: 'identity' }))
  const networkControl = createNetworkControl(network, () => {
    const report = networkControl.report()
    if (report !== undefined) control?.tell(report)
  })
  const directory = createSpaceDirectory({
    app,
    ports,
    types,
    identity: identity.current,
    ownName: identity.name,
    ownProfile: identity.profile,
    onNewerProfile: (record) => void identity.takeProfile(record).catch(fail),
    networkState: networkControl.state,
    inviteUrl,
    onListChanged: () => control?.tell({ type: 'spaces' }),
    onDeleted: (space) => control?.tell({ type: 'deleted', space }),
    onMuted: (space) => control?.tell({ type: 'muted', space }),
    onError,
  })
  const halo = createHalo({ app, ports, identity, directory, onChanged: () => control?.tell({ type: 'spaces' }), onError })
  const credentials = createCredentials({
    ports,
    directory,
    identity: identity.current,
    someone: identity.commands.state,
    ownRecords: halo.ownRecords,
  })
  let control: TabControl | undefined
  let leadership: Leadership | undefined
  let disposal: Promise<void> | undefined
  let isToBeErased = false
  const writeBack = createWriteBack({
    storage,
    clock: ports.clock,
    steps: () => [identity.writeBack, ...halo.writeBack(), ...directory.writeBack()],
    onFault: fail,
  })
  const stopPage = watchPage({
    onHide() {
      directory.tick()
      halo.tick()
    },
    onBack() {
      network.probe()
      directory.probe()
      halo.probe()
    },
  })

  function inviteUrl(): string {
    return config.inviteUrl ?? pageAddress()
  }

  function onError(error: EchoError): void {
    for (const listener of [...errorListeners]) listener(error)
  }

  async function boot(): Promise<void> {
    await ports.ready()
    await storage.open()
    const stored = storage.state.get()
    if ('error' in stored) throw stored.error
    if (await isErasing(storage)) await eraseDevice(storage)
    await identity.attach(createIdentityStore({ crypto: ports.crypto, storage, loadPhrases: ports.loadPhrases }))
    if ((await storage.readKey(enabledKey)) === false) networkControl.setEnabled(false)
    await directory.refresh()
    const tabControl = createTabControl({
      tabs,
      onMessage: onTabMessage,
      greeting: () =>
        [networkControl.report(), isToBeErased ? ({ type: 'erase' } as const) : undefined].filter((message) => message !== undefined),
      onLeaderSilent: () => leadership?.leaderSilent(() => tabControl.hasLeader()),
    })
    control = tabControl
    leadership = createLeadership({ locks: storage.locks, clock: ports.clock, onLead: () => lead(true), onLost: () => lead(false) })
  }

  function lead(leading: boolean): void {
    networkControl.setLeading(leading)
    directory.setNetwork(leading ? network : undefined)
    halo.setNetwork(leading ? network : undefined)
  }

  function onTabMessage(message: TabMessage): void {
    switch (message.type) {
      case 'identity':
        return void identity.reload().catch(fail)
      case 'spaces':
        startHalo()
        return void directory.refresh().catch(fail)
      case 'deleted':
        return void directory.letGo(message.space).catch(fail)
      case 'muted':
        return directory.refreshMuted(message.space)
      case 'erase':
        return void end(async () => {})
      case 'enabled':
        return networkControl.setEnabled(message.enabled)
      case 'network':
        return networkControl.onReport(message)
    }
  }

  function startHalo(): void {
    if (ports.halo) void halo.start()
  }

  function fail(error: unknown): void {
    onError(asError(error))
  }

  const opened = boot().then(
    () => {
      if (state.get().status === 'opening') state.set({ status: 'ready' })
      startHalo()
      identity.commands.state.subscribe(startHalo)
    },
    (error: unknown) => {
      const why = asError(error)
      identity.fail(why)
      directory.fail(why)
      if (state.get().status === 'opening') state.set({ status: 'error', error: why })
    },
  )

  return {
    app,
    state,
    opened,
    identity: { ...identity.commands, devices: halo.devices.list, renameDevice: halo.devices.rename, contacts: halo.contacts },
    credentials,
    spaces: {
      list: directory.list,
      create: async ({ name }) => {
        if (typeof name !== 'string') throw new EchoError('bad-value', "A space needs a name: echo.spaces.create({ name: 'Garden' }).")
        await opened
        const now = state.get()
        if (now.status === 'error') throw now.error
        return directory.create(name)
      },
      open: directory.open,
      openAsIs: directory.openAsIs,
      async delete(id, { confirm }) {
        if (confirm !== deleteConfirmation) {
          throw new EchoError(
            'bad-value',
            `This deletes the space from all your devices. Confirm it: echo.spaces.delete(id, { confirm: '${deleteConfirmation}' }).`,
          )
        }
        await directory.delete(id)
      },
      async revokeDevice(device, { phrase } = {}) {
        if (device === identity.current()?.deviceId) {
          const message = 'This is the device in your hand, and shut out it could not come back. Sign out on it with echo.reset instead.'
          throw new EchoError('bad-value', message)
        }
        // First of all where its devices keep the keys of all spaces for each other: the new ones must not reach it there.
        const root = phrase === undefined ? await identity.root() : await identity.rootOf(phrase)
        await halo.revokeDevice(device as DeviceId, root)
        await directory.revokeDevice(device as DeviceId, root)
      },
      get: directory.get,
      state: directory.state,
    },
    network: {
      state: networkControl.state,
      diagnostics: network.diagnostics,
      setEnabled(enabled) {
        networkControl.setEnabled(enabled)
        control?.tell({ type: 'enabled', enabled })
        storage.write({ putKeys: [{ key: enabledKey, value: enabled }] }, 'relaxed').catch(fail)
      },
    },
    storage: { state: storage.state, persist: () => storage.persist() },
    addDevice: () =>
      createAddDeviceFlow({
        app,
        ports,
        network,
        halo: async () => {
          await opened
          return halo.opened()
        },
        ownName: identity.name,
        inviteUrl,
        onFault: fail,
      }),
    pair(link, { deviceName = defaultDeviceName() } = {}) {
      halo.devices.suggestName(deviceName)
      return createPairFlow({
        app,
        ports,
        network,
        link,
        deviceName,
        identity: identity.current,
        occupied: () => {
          const { length } = directory.list.get()
          // Who has written the words down has begun something, even if it is not here.
          return length > 0 || identity.commands.state.get().status === 'ready' ? length : undefined
        },
        async adopt(keys, joined) {
          const owner = localIdentity(joined.record, keys)
          await identity.adopt(keys, joined.record, joined.hostName, await halo.rowsOf(owner, joined))
        },
        arrival: halo.arrival,
      })
    },
    join: (link) => createJoinFlow({ app, ports, network, directory, identity: identity.current, ownName: identity.name, link }),
    onError(listener) {
      const entry = (error: EchoError): void => listener(error)
      errorListeners.add(entry)
      return () => errorListeners.delete(entry)
    },
    async reset({ confirm }) {
      if (confirm !== eraseConfirmation) {
        throw new EchoError(
          'bad-value',
          `This deletes everything on this device. Confirm it: echo.reset({ confirm: '${eraseConfirmation}' }).`,
        )
      }
      await opened
      const { status } = state.get()
      if (status === 'disposed')
        throw new EchoError('disposed', 'This Echo was disposed. Create a new one with createEcho to erase the device.')
      isToBeErased = true
      control?.tell({ type: 'erase' })
      // They store what they hold before they end.
      await new Promise<void>((resolve) => void ports.clock.after(otherTabsEndMs, resolve))
      await end(() => eraseDevice(storage))
    },
    dispose: () => end(async () => {}),
  }

  /** @param last what is to be done when nothing writes any more, while the storage is still there */
  function end(last: () => Promise<void>): Promise<void> {
    return (disposal ??= dispose(last))
  }

  async function dispose(last: () => Promise<void>): Promise<void> {
    state.set({ status: 'disposed' })
    stopPage()
    writeBack.dispose()
    leadership?.dispose()
    credentials.dispose()
    await halo.dispose()
    await directory.dispose()
    await control?.dispose()
    networkControl.dispose()
    await Promise.all([network.dispose(), tabs.dispose()])
    try {
      await last()
    } finally {
      await storage.dispose()
    }
  }
}

/** What a caller has to write out, so that nobody deletes a space by accident. */
const deleteConfirmation = 'delete this space'
const enabledKey = 'network/enabled'
const otherTabsEndMs = 1_000

/** The ports, some of them given; `crypto` is there once `ready` has resolved. */
function portsOf({ app, signaling = [], iceServers = [], ports: given = {} }: EchoConfig): EchoPorts & { ready(): Promise<void> } {
  const clock = given.clock ?? systemClock
  const random = given.random ?? systemRandom
  let crypto = given.crypto
  return {
    clock,
    random,
    storage: given.storage ?? createIndexedDbStorage(`echo/${app}`),
    network: given.network ?? createWebrtcNetwork({ signaling, iceServers, clock, random }),
    tabs: given.tabs ?? createTabsNetwork({ app, clock, random }),
    loadPhrases: given.loadPhrases ?? loadPhrases,
    loadCpace: given.loadCpace ?? loadCpace,
    bundling: given.bundling,
    halo: given.halo ?? true,
    get crypto() {
      if (crypto === undefined) throw new EchoError('bad-config', 'This Echo is still opening. Await echo.opened before using it.')
      return crypto
    },
    async ready() {
      crypto ??= await createWebCrypto()
    },
  }
}

function assertConfig({ app, types = [], signaling = [] }: EchoConfig): void {
  if (typeof app !== 'string' || !/^[\w.-]{1,64}$/.test(app)) {
    throw new EchoError(
      'bad-config',
      `${JSON.stringify(app)} cannot name an app. Use 1 to 64 letters, digits, "-", "_" or ".": it names the database and stands in invitations.`,
    )
  }
  if (!Array.isArray(types) || types.some((type) => type?.kind !== 'item-type')) {
    throw new EchoError('bad-config', 'types must be a list of what defineType returned: createEcho({ app, types: [Task] }).')
  }
  if (!Array.isArray(signaling)) {
    throw new EchoError('bad-config', "signaling must be a list of addresses: createEcho({ app, signaling: ['wss://signal.example'] }).")
  }
  for (const address of signaling) {
    if (!/^wss?:\/\//.test(address)) {
      throw new EchoError('bad-config', `"${address}" is no address of a signaling server. It must begin with ws:// or wss://.`)
    }
  }
}

function pageAddress(): string {
  if (typeof location === 'undefined')
    throw new EchoError('bad-config', 'Invitation links need an address to lead to. Give createEcho an inviteUrl.')
  return `${location.origin}${location.pathname}`
}

function asError(error: unknown): EchoError {
  return error instanceof EchoError
    ? error
    : new EchoError('data-corrupt', 'Echo could not open on this device. See the cause.', { cause: error })
}
