import { EchoError } from '../../shared/echoError.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { Network } from '../../network/network.ts'
import type { StorageBatch } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import type { JoinedSpace } from '../../replication/joining/guestJoin.ts'
import { createContactList } from './contactList.ts'
import { deletedKey } from '../spaces/deletedSpaces.ts'
import type { EchoPorts } from '../echo.ts'
import { createDeviceList, type DeviceList } from '../devices/deviceList.ts'
import { haloRecovery, haloSpaces } from './haloItems.ts'
import { createHaloOnDevice, putHalo, readHalo } from './haloRecord.ts'
import { createHaloSync, type HaloSync } from './haloSync.ts'
import type { IdentityControl } from './identityCommands.ts'
import { createMemberCommands } from '../spaces/memberCommands.ts'
import { openSpace, type OpenSpace } from '../spaces/openSpace.ts'
import { joinByPhrase } from '../devices/recoveryGuest.ts'
import { createRecoveryPlace, hostRecovery } from '../devices/recoveryHost.ts'
import type { SpaceDirectory } from '../spaces/spaceDirectory.ts'
import { putKey, putOperations, putRecord, type SpaceRecord } from '../spaces/spaceRecord.ts'
import type { ContactInfo } from '../states.ts'
import type { WriteBackStep } from '../spaces/writeBack.ts'

/**
 * The private space of one's own devices: opened silently with the identity, and not among the app's spaces. A device that came from the phrase has none
 * until it has met another of the person's devices, for two that begin one each could not read each other's.
 */
export interface Halo {
  readonly devices: DeviceList
  readonly contacts: Readable<readonly ContactInfo[]>
  /** Records of the person's devices, live or not, as the private space has them. */
  ownRecords(): readonly DeviceRecord[]
  /** Whether another of the person's devices has shut this one out, as far as it has heard. */
  isShutOut(): boolean
  /** How much is here of what other devices tell of: from 0 to 1, and 1 when the private space and all spaces in it are ready. */
  readonly arrival: Readable<number>
  /** Whether what the person has elsewhere is still to come: see {@link IdentityCommands}. */
  readonly awaitsDevices: Readable<boolean>
  /** The private space, once it is open; undefined where this device has none. `settle`: it holds what this device knows when that resolves. */
  opened(): Promise<OpenHalo | undefined>
  /** Rows that make a private space, which a device of the person's gave, the one of this device. */
  rowsOf(identity: LocalIdentity, joined: JoinedSpace): Promise<StorageBatch>
  /** There is an identity on this device, or another. Opens what belongs to it. */
  start(): Promise<void>
  setNetwork(network: Network | undefined): void
  /**
   * Shuts a device out of the private space, and with it out of the keys that its devices keep there for each other. Nothing where it is not in it.
   * @throws (rejects) EchoError `not-authorised` where it is not junior to this one
   */
  revokeDevice(device: DeviceId, root: RootKey | undefined): Promise<void>
  /** Steps that store again what memory holds of it, after the storage has lost everything. */
  writeBack(): readonly WriteBackStep[]
  tick(): void
  probe(): void
  dispose(): Promise<void>
}

export interface OpenHalo {
  readonly halo: OpenSpace
  settle(): Promise<void>
}

interface Opened {
  readonly halo: OpenSpace
  readonly sync: HaloSync
  readonly hasRoot: boolean
  readonly stops: readonly (() => void)[]
}

export function createHalo(options: {
  readonly app: string
  readonly ports: EchoPorts
  readonly identity: IdentityControl
  readonly directory: SpaceDirectory
  /** The private space has come to this device: other tabs should look. */
  readonly onChanged: () => void
  readonly onError: (error: EchoError) => void
}): Halo {
  const { ports, identity: control, directory } = options
  const { storage } = ports
  const deviceList = createDeviceList({ clock: ports.clock, storage, onFault })
  const contacts = createContactList(directory)
  const arrival = createWritable(0)
  const awaitsDevices = createWritable(false)
  let network: Network | undefined
  let opened: Opened | undefined
  /** Who looks for another device of the person's. */
  let seeker: { readonly identity: LocalIdentity; readonly root: RootKey } | undefined
  let searching: { dispose(): void } | undefined
  const hosting = createRecoveryPlace()
  /** One step after the other. */
  let tail: Promise<void> = Promise.resolve()
  /** The profile is being signed anew. */
  let isSigning = false
  let isDisposed = false
  const stops = [
    control.commands.state.subscribe(meet),
    ...[control.commands.state, directory.list].map((source) => source.subscribe(publishArrival)),
  ]

  function inTurn(step: () => Promise<void>): Promise<void> {
    tail = tail.then(step).catch(onFault)
    return tail
  }

  function onFault(error: unknown): void {
    if (isDisposed) return
    const known = error instanceof EchoError ? error : undefined
    const message = 'The list of your devices and spaces could not be kept up. Your data is unharmed. See the cause.'
    options.onError(known ?? new EchoError('data-corrupt', message, { cause: error }))
  }

  async function begin(): Promise<void> {
    const identity = control.current()
    if (isDisposed || identity === undefined) return
    if (opened !== undefined && opened.halo.identity.deviceId !== identity.deviceId) await forget(opened)
    if (opened !== undefined) return
    publishDevices()
    const root = await control.root()
    const record = (await readHalo(storage)) ?? (await createOwn(identity, root))
    if (record !== undefined && (await open(identity, record, root))) return
    if (root === undefined) return
    seeker = { identity, root }
    meet()
  }

  async function createOwn(identity: LocalIdentity, root: RootKey | undefined): Promise<SpaceRecord | undefined> {
    return root === undefined || control.awaitsDevices() ? undefined : createHaloOnDevice(ports, identity, root)
  }

  /** Another person has taken the place of the one who was here. */
  async function forget({ halo, sync, stops: ends }: Opened): Promise<void> {
    opened = undefined
    for (const stop of ends) stop()
    sync.dispose()
    await halo.dispose()
    await storage.write({ deleteSpace: halo.id }, 'relaxed')
  }

  /** @returns false where this device cannot read it */
  async function open(identity: LocalIdentity, record: SpaceRecord, root: RootKey | undefined): Promise<boolean> {
    const result = await openSpace({
      ports,
      identity,
      app: options.app,
      types: [],
      record,
      tabs: ports.tabs,
      ownName: control.name,
      ownProfile: control.profile,
      onNewerProfile: (newer) => void control.takeProfile(newer).catch(onFault),
      onProgress: () => {},
      onContentStored: () => void storage.write({ putKeys: [putHalo({ id: record.id })] }, 'relaxed').catch(onFault),
      onLocal: () => {},
      onError: options.onError,
    })
    if (!result.ok) {
      if (result.error.code === 'peer-offline') return false
      throw result.error
    }
    const halo = result.value
    if (isDisposed) {
      await halo.dispose()
      return true
    }
    const sync = createHaloSync({
      ports,
      halo,
      directory,
      root,
      profile: control.profile,
      onNewerProfile: (newer) => void control.takeProfile(newer).catch(onFault),
      onUnsigned(signed) {
        // A device that came from the words has its name from another one, whose words may still be on their way.
        if (isSigning || (signed === undefined && (control.name() === '' || control.awaitsDevices()))) return
        isSigning = true
        void control.commands
          .updateProfile({})
          .catch(onFault)
          .finally(() => {
            isSigning = false
          })
      },
      onFetched: async ({ space, key, log, content }, name) => {
        const fetched: SpaceRecord = { id: space, name, awaiting: content }
        const putKeys = [putRecord(fetched), await putKey(ports.crypto, identity, space, key)]
        const putMembership = putOperations(ports.crypto, space, log.operations())
        await storage.write({ putMembership, putKeys, deleteKeys: [deletedKey(space)] }, 'strict')
        directory.adopt(fetched)
      },
      onFault,
    })
    opened = {
      halo,
      sync,
      hasRoot: root !== undefined,
      stops: [
        ...[publishDevices, meet].map((look) => halo.log.state.subscribe(look)),
        ...[meet, publishArrival].map((look) => halo.database.properties.subscribe(look)),
        halo.firstSync.state.subscribe(publishArrival),
      ],
    }
    contacts.setHalo(halo.database.properties)
    publishDevices()
    publishArrival()
    meet()
    return true
  }

  async function rowsOf(identity: LocalIdentity, { space, operations, key, content }: JoinedSpace): Promise<StorageBatch> {
    const putKeys = [
      putHalo({ id: space, awaiting: content }),
      await putKey(ports.crypto, identity, space, key),
      ...deviceList.suggestedRows(),
    ]
    return { putMembership: putOperations(ports.crypto, space, operations), putKeys }
  }

  /** A device of the person's has listed this one. */
  async function onJoined({ identity, root }: NonNullable<typeof seeker>, joined: JoinedSpace): Promise<void> {
    await storage.write(await rowsOf(identity, joined), 'strict')
    const record: SpaceRecord = { id: joined.space, name: '', awaiting: joined.content }
    void inTurn(async () => {
      seeker = undefined
      meet()
      if (opened === undefined) await open(identity, record, root)
      options.onChanged()
    })
  }

  /** Meets whom there is to be met: other devices, a device that comes from the phrase, or, being one, those that wait for it. */
  function meet(): void {
    const through = isDisposed ? undefined : network
    const replication = opened?.halo.replication
    // Also for those that were shut out: here they hear of it, and so does whomever they let in without knowing.
    const listed = opened?.halo.log.addedDevicesOf(opened.halo.identity.id).length ?? 0
    if (through !== undefined && listed > 1) replication?.enterNetwork(through)
    else void replication?.leaveNetwork()
    opened?.sync.setNetwork(through)
    host(through)
    search(through)
  }

  function host(through: Network | undefined): void {
    const invitation = opened && haloRecovery(opened.halo.database.properties.get())
    const isLive = opened?.halo.log.device(opened.halo.identity.deviceId) !== undefined
    // Nobody comes from words that nobody has written down, and nobody follows a device that was shut out.
    const isWanted = through !== undefined && isLive && control.commands.state.get().status === 'ready'
    hosting.follow(isWanted ? invitation : undefined, (wanted) =>
      hostRecovery({ ports, network: through!, halo: opened!.halo, ownName: control.name, invitation: wanted, onFault }),
    )
  }

  function search(through: Network | undefined): void {
    if (through === undefined || seeker === undefined) {
      searching?.dispose()
      searching = undefined
      return
    }
    searching ??= joinByPhrase({
      ports,
      network: through,
      ...seeker,
      ownName: control.name(),
      onJoined: onJoined.bind(undefined, seeker),
      onFault,
    })
  }

  function publishDevices(): void {
    deviceList.update(control.current(), opened?.halo, opened?.hasRoot === true)
  }

  function publishArrival(): void {
    arrival.set(arrivalNow())
    awaitsDevices.set(awaitsNow())
  }

  function awaitsNow(): boolean {
    const identity = control.current()
    if (identity === undefined || directory.ids().length > 0) return false
    if (opened?.halo.identity.deviceId !== identity.deviceId) return control.awaitsDevices()
    const { firstSync, database } = opened.halo
    if (firstSync.state.get() !== undefined) return true
    return [...haloSpaces(database.properties.get()).values()].some(({ gone }) => gone === undefined)
  }

  function arrivalNow(): number {
    if (opened === undefined || opened.halo.identity.deviceId !== control.current()?.deviceId) return 0
    const { firstSync, database } = opened.halo
    const own = firstSync.state.get()?.progress ?? 1
    const named = [...haloSpaces(database.properties.get())].filter(([, { gone }]) => !gone)
    const ready = new Set(directory.list.get().flatMap(({ id, state }) => (state.status === 'ready' ? id : [])))
    const here = named.filter(([id]) => ready.has(id)).length
    return (own + here) / (1 + named.length)
  }

  return {
    devices: deviceList,
    contacts: contacts.list,
    ownRecords: () => opened?.halo.log.addedDevicesOf(opened.halo.identity.id) ?? [],
    isShutOut: () => opened?.halo.log.isShutOut(opened.halo.identity.deviceId) === true,
    arrival,
    awaitsDevices,
    opened: () => tail.then(() => opened && { halo: opened.halo, settle: opened.sync.settle }),
    rowsOf,
    start: () => inTurn(begin),
    setNetwork(through) {
      network = through
      meet()
    },
    async revokeDevice(device, root) {
      // It may be on its way: forgotten here, the device would go on getting the keys of all spaces.
      await tail
      if (opened !== undefined) await createMemberCommands(ports, opened.halo).revokeDevice(device, root)
    },
    writeBack() {
      if (opened === undefined) return []
      const { halo } = opened
      const writeRows = async (): Promise<void> => {
        const { putKeys = [], ...rows } = await halo.rowsBesideBlocks()
        await storage.write({ ...rows, putKeys: [...putKeys, putHalo(halo)] }, 'strict')
      }
      return [writeRows, () => halo.writeBackBlocks()]
    },
    tick: () => opened?.halo.documents.tick(),
    probe: () => opened?.halo.replication.probe(),
    async dispose() {
      isDisposed = true
      for (const stop of stops) stop()
      contacts.dispose()
      deviceList.dispose()
      meet()
      await tail
      for (const stop of opened?.stops ?? []) stop()
      opened?.sync.dispose()
      await opened?.halo.dispose()
    },
  }
}
