import { equalBytes } from '../shared/bytes.ts'
import { asEchoError, EchoError } from '../shared/echoError.ts'
import type { DeviceId } from '../shared/ids.ts'
import { createWritable } from '../shared/readable.ts'
import { createStorageUsage } from '../storage/storageUsage.ts'
import { lockedError, storageDisposedError } from '../storage/storageError.ts'
import { createIdentityStore } from '../identity/identityStore.ts'
import { trialKeyRows } from '../identity/deviceKeys.ts'
import { localIdentity, type LocalIdentity } from '../identity/localIdentity.ts'
import type { DeviceRecord } from '../identity/record.ts'
import { assertConfig } from './assertConfig.ts'
import type { Echo, EchoConfig, Space } from './echo.ts'
import { createPorts, enabledKey } from './echoPorts.ts'
import { eraseConfirmation, eraseDevice, isErasing } from './devices/eraseDevice.ts'
import { createCredentials } from './person/createCredentials.ts'
import { createHalo } from './person/createHalo.ts'
import { deviceChain } from './devices/deviceChain.ts'
import { defaultDeviceName } from './devices/deviceName.ts'
import { createDeviceOwner, ownerRow } from './devices/deviceOwner.ts'
import { removeHalfImports } from './transfer/halfImports.ts'
import type { ImportOptions } from './transfer/transferOptions.ts'
import { loadTransfer } from './transfer/loadTransfer.ts'
import { createIdentityControl } from './person/identityCommands.ts'
import { createAddDeviceFlow } from './devices/addDeviceFlow.ts'
import { createJoinFlow, type Departures } from './invitations/joinFlow.ts'
import { createLeadership, type Leadership } from './tabs/leadership.ts'
import { createNetworkControl } from './tabs/networkControl.ts'
import { createPageActivity } from './presence/pageActivity.ts'
import { watchDiagnostics } from './diagnostics/watchDiagnostics.ts'
import { createPairFlow } from './devices/pairFlow.ts'
import { createPassphrase } from './person/passphrase.ts'
import { createSpaceDirectory } from './spaces/spaceDirectory.ts'
import type { EchoState } from './states.ts'
import { watchPage } from './tabs/watchPage.ts'
import { createWriteBack } from './spaces/writeBack.ts'
import { createTabControl, type TabControl, type TabMessage } from './tabs/tabControl.ts'

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
  const { ports, disk, lock } = createPorts(config, () => endOtherTabs('restart'))
  const { storage, network, tabs } = ports
  const state = createWritable<EchoState>({ status: 'opening' })
  const departures: Departures = new Map()
  const errorListeners = new Set(config.onError === undefined ? [] : [config.onError])

  const activity = createPageActivity(ports.clock, ports.page)
  const identity = createIdentityControl(() => control?.tell({ type: 'identity' }))
  const networkControl = createNetworkControl(network, () => {
    const report = networkControl.report()
    if (report !== undefined) control?.tell(report)
  })
  const owner = createDeviceOwner(storage, identity)
  const directory = createSpaceDirectory({
    app,
    ports,
    owner,
    chainOf,
    types,
    identity: identity.current,
    ownName: identity.name,
    activity: activity.state,
    ownProfile: identity.profile,
    onNewerProfile: (record) => void identity.takeProfile(record).catch(fail),
    networkState: networkControl.state,
    inviteUrl,
    onListChanged: () => control?.tell({ type: 'spaces' }),
    onDeleted: (space) => control?.tell({ type: 'deleted', space }),
    onMuted: (space) => control?.tell({ type: 'muted', space }),
    onLocal: (space, name) => control?.tell({ type: 'local', space, name }),
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
  /** Those under way, and what ends each. */
  const imports = new Map<Promise<void>, () => void>()
  let control: TabControl | undefined
  let leadership: Leadership | undefined
  let disposal: Promise<void> | undefined
  let isToBeErased = false
  let showLocked: () => void = () => {}
  const whenLocked = new Promise<void>((resolve) => (showLocked = resolve))
  const writeBack = createWriteBack({
    storage,
    clock: ports.clock,
    steps: () => [lock.writeBack, identity.writeBack, ...halo.writeBack(), ...directory.writeBack()],
    onFault: fail,
  })
  const stopPage = watchPage(
    {
      onHide() {
        directory.tick()
        halo.tick()
      },
      onBack() {
        network.probe()
        directory.probe()
        halo.probe()
      },
    },
    ports.page,
  )

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
    if (await isErasing(disk)) await eraseDevice(disk)
    const tabControl = createTabControl({
      tabs,
      onMessage: onTabMessage,
      greeting: () =>
        [
          networkControl.report(),
          isToBeErased ? ({ type: 'erase' } as const) : undefined,
          ...directory.writtenLocals().map((written) => ({ type: 'local', ...written }) as const),
        ].filter((message) => message !== undefined),
      onLeaderSilent: () => leadership?.leaderSilent(() => tabControl.hasLeader()),
    })
    control = tabControl
    await lock.load()
    if (lock.status.get() === 'locked') {
      await untilUnlocked()
      storage.write({ deleteKeys: trialKeyRows }, 'relaxed').catch(fail)
    }
    await identity.attach(createIdentityStore({ crypto: ports.crypto, storage, loadPhrases: ports.loadPhrases }))
    if ((await storage.readKey(enabledKey)) === false) networkControl.setEnabled(false)
    await directory.refresh()
    removeHalfImports(storage).catch(fail)
    leadership = createLeadership({ locks: storage.locks, clock: ports.clock, onLead: () => lead(true), onLost: () => lead(false) })
  }

  function untilUnlocked(): Promise<void> {
    state.set({ status: 'locked' })
    identity.lock()
    showLocked()
    return new Promise((resolve, reject) => {
      const stops = [
        lock.status.subscribe(() => {
          resolve()
          for (const stop of stops) stop()
        }),
        state.subscribe(() => {
          reject(storageDisposedError())
          for (const stop of stops) stop()
        }),
      ]
    })
  }

  function lead(leading: boolean): void {
    networkControl.setLeading(leading)
    directory.setNetwork(leading ? network : undefined)
    halo.setNetwork(leading ? network : undefined)
  }

  function onTabMessage(message: TabMessage): void {
    // Of what is locked there is nothing to read again.
    if (lock.status.get() === 'locked' && !['erase', 'restart', 'enabled', 'network'].includes(message.type)) return
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
      case 'local':
        return directory.refreshLocal(message.space, message.name)
      case 'erase':
        return void end(async () => {})
      case 'restart':
        return void end(async () => {}).then(ports.reload, fail)
      case 'enabled':
        return networkControl.setEnabled(message.enabled)
      case 'network':
        return networkControl.onReport(message)
    }
  }

  async function chainOf(of: LocalIdentity): Promise<readonly DeviceRecord[]> {
    // Only the devices between are looked for.
    if (!equalBytes(of.record.certifier, of.record.identity)) await halo.opened()
    return deviceChain(of, halo.ownRecords())
  }

  /** How many spaces somebody has here; undefined where nobody has begun anything. */
  function occupied(): number | undefined {
    const { length } = directory.list.get()
    // Who has written the words down has begun something, even if it is not here.
    return length > 0 || identity.commands.state.get().status === 'ready' ? length : undefined
  }

  function startHalo(): void {
    if (ports.halo) void halo.start()
  }

  function fail(error: unknown): void {
    onError(asError(error))
  }

  const booted = boot().then(
    () => {
      if (isOpening()) state.set({ status: 'ready' })
      startHalo()
      identity.commands.state.subscribe(startHalo)
    },
    (error: unknown) => {
      const why = asError(error)
      identity.fail(why)
      directory.fail(why)
      if (isOpening()) state.set({ status: 'error', error: why })
    },
  )
  const opened = Promise.race([booted, whenLocked])

  function isOpening(): boolean {
    return ['opening', 'locked'].includes(state.get().status)
  }

  function endOtherTabs(type: 'erase' | 'restart'): Promise<void> {
    if (control?.tell({ type }) !== true) return Promise.resolve()
    // They store what they hold before they end.
    return new Promise((resolve) => void ports.clock.after(otherTabsEndMs, resolve))
  }

  async function usable(): Promise<void> {
    await opened
    const now = state.get()
    if (now.status === 'error') throw now.error
    if (now.status === 'locked') throw lockedError()
  }

  return {
    app,
    state,
    opened,
    identity: {
      ...identity.commands,
      awaitsDevices: halo.awaitsDevices,
      devices: halo.devices.list,
      renameDevice: halo.devices.rename,
      contacts: halo.contacts,
    },
    passphrase: createPassphrase({
      lock,
      putPortableRows: identity.putPortableRows,
      putPlatformRows: identity.putPlatformRows,
      async restart() {
        control?.tell({ type: 'restart' })
        await end(async () => {})
        ports.reload()
      },
      onRewritten: identity.reload,
    }),
    credentials,
    spaces: {
      list: directory.list,
      create: async ({ name }) => {
        if (typeof name !== 'string') throw new EchoError('bad-value', "A space needs a name: echo.spaces.create({ name: 'Garden' }).")
        await usable()
        return directory.create(name)
      },
      import: importFile,
      async clone(id, { onProgress, ...rest } = {}) {
        const space = await directory.open(id)
        const half = (done: number) => (progress: number) => onProgress?.(done + progress / 2)
        const { blob } = await space.export({ format: 'json', onProgress: half(0), ...(rest.signal && { signal: rest.signal }) })
        return importFile(blob, { ...rest, onProgress: half(0.5) })
      },
      open: directory.open,
      close: directory.close,
      openAsIs: directory.openAsIs,
      async delete(id, { confirm }) {
        if (confirm !== deleteConfirmation) {
          throw new EchoError(
            'bad-value',
            `This deletes the space from all your devices. Confirm it: echo.spaces.delete(id, { confirm: '${deleteConfirmation}' }).`,
          )
        }
        await usable()
        await directory.delete(id)
      },
      async revokeDevice(device, { phrase } = {}) {
        if (device === identity.current()?.deviceId) {
          const message = 'This is the device in your hand, and shut out it could not come back. Sign out on it with echo.reset instead.'
          throw new EchoError('bad-value', message)
        }
        await usable()
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
        // One of the rows that stay open.
        disk.write({ putKeys: [{ key: enabledKey, value: enabled }] }, 'relaxed').catch(fail)
      },
    },
    diagnose: (space) =>
      watchDiagnostics(
        ports.clock,
        async () => {
          const { createExaminer } = await import('./diagnostics/createExaminer.ts')
          return createExaminer({ clock: ports.clock, network, control: networkControl, handles: directory.handles, only: space })
        },
        () => networkControl.state.get().status === 'unreachable',
      ),
    storage: {
      state: storage.state,
      usage: createStorageUsage({ clock: ports.clock, state: storage.state, estimate: ports.estimateStorage }),
      persist: () => storage.persist(),
    },
    addDevice: () =>
      createAddDeviceFlow({
        app,
        ports,
        network,
        halo: async () => {
          await usable()
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
        departures,
        link,
        deviceName,
        identity: identity.current,
        occupied,
        isShutOut: halo.isShutOut,
        adopt: (keys, joined) =>
          owner.change(async () => {
            // In another tab, perhaps.
            await directory.refresh()
            if (occupied() !== undefined) {
              const message = 'Somebody works on this device under another account now. Sign out first, or use another browser profile.'
              throw new EchoError('denied', message)
            }
            const next = localIdentity(joined.record, keys)
            const { putKeys = [], ...rows } = await halo.rowsOf(next, joined)
            await identity.adopt(keys, joined.record, joined.hostName, { ...rows, putKeys: [...putKeys, ownerRow(next)] })
          }),
        arrival: halo.arrival,
      })
    },
    join: (link) =>
      createJoinFlow({
        app,
        ports,
        network,
        departures,
        directory,
        owner,
        chainOf,
        identity: identity.current,
        ownName: identity.name,
        link,
      }),
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
      await endOtherTabs('erase')
      await end(() => eraseDevice(disk))
    },
    dispose: () => end(async () => {}),
  }

  async function importFile(file: Blob, { signal, ...importing }: ImportOptions = {}): Promise<Space> {
    await usable()
    const { importSpace, deriveKey } = await loadTransfer(() => import('./transfer/importSpace.ts'), ports.loadLocking)
    const ending = new AbortController()
    const stop = (): void => ending.abort()
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop)
    const filling = importSpace({ app, ports, owner, chainOf, ownName: identity.name, deriveKey }, file, {
      ...importing,
      signal: ending.signal,
    })
    const over = filling.then(
      () => {},
      () => {},
    )
    imports.set(over, stop)
    try {
      const record = await filling
      directory.adopt(record)
      const space = await directory.open(record.id)
      importing.onProgress?.(1)
      return space
    } finally {
      signal?.removeEventListener('abort', stop)
      imports.delete(over)
    }
  }

  /** @param last what is to be done when nothing writes any more, while the storage is still there */
  function end(last: () => Promise<void>): Promise<void> {
    return (disposal ??= dispose(last))
  }

  async function dispose(last: () => Promise<void>): Promise<void> {
    state.set({ status: 'disposed' })
    stopPage()
    activity.dispose()
    writeBack.dispose()
    leadership?.dispose()
    credentials.dispose()
    for (const stop of imports.values()) stop()
    await Promise.all(imports.keys())
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
const otherTabsEndMs = 1_000

function pageAddress(): string {
  if (typeof location === 'undefined')
    throw new EchoError('bad-config', 'Invitation links need an address to lead to. Give createEcho an inviteUrl.')
  return `${location.origin}${location.pathname}`
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'data-corrupt', 'Echo could not open on this device. See the cause.')
}
