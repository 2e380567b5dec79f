import { EchoError } from '../../shared/echoError.ts'
import { toId, type DeviceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { defaultDeviceName, isDeviceName, unusedDeviceName } from './deviceName.ts'
import { haloDevices, haloNames } from '../person/haloItems.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'
import type { DeviceInfo } from '../states.ts'

/** The person's own devices, as the private space knows them. */
export interface DeviceList {
  readonly list: Readable<readonly DeviceInfo[]>
  /** Who this device is now, and the private space if it is open; `hasRoot`: the phrase is on this device. */
  update(identity: LocalIdentity | undefined, halo: OpenSpace | undefined, hasRoot: boolean): void
  /** What this device is to be called at first, in the place of browser and system. */
  suggestName(name: string): void
  /** Keeps what was suggested until it is said in the private space: another tab may be the first to say a name, or the page is loaded anew. */
  suggestedRows(): NonNullable<StorageBatch['putKeys']>
  /** @throws EchoError bad-value for a name that is none, or a device that is not listed; what {@link OpenSpace.database} throws */
  rename(device: string, name: string): void
  dispose(): void
}

const settleMs = 100

const suggestedKey = 'device/suggested-name'

export function createDeviceList({
  clock,
  storage,
  onFault,
}: {
  readonly clock: Clock
  readonly storage: Pick<Storage, 'readKey'>
  readonly onFault: (error: unknown) => void
}): DeviceList {
  const list = createWritable<readonly DeviceInfo[]>([])
  let now: { readonly identity: LocalIdentity | undefined; readonly halo: OpenSpace | undefined; readonly hasRoot: boolean } | undefined
  let suggested = ''
  let timer: Timer | undefined
  let stops: readonly (() => void)[] = []

  function publish(): void {
    const next = read()
    if (JSON.stringify(next) !== JSON.stringify(list.get())) list.set(next)
    if (isNameless()) timer ??= clock.after(settleMs, () => void nameThis().catch((error: unknown) => stops.length > 0 && onFault(error)))
  }

  function read(): readonly DeviceInfo[] {
    const { identity, halo, hasRoot = false } = now ?? {}
    if (identity === undefined) return []
    const listed = halo?.log.state.get().members.get(identity.id)?.devices ?? []
    const ids = listed.map(({ sign }) => toId<DeviceId>(sign))
    const known = haloDevices(halo?.database.properties.get() ?? {})
    const present = new Set(halo?.replication.presence.others.get().map(({ device }) => device))
    return (ids.includes(identity.deviceId) ? ids : [identity.deviceId, ...ids]).map((id) => {
      const isThis = id === identity.deviceId
      const { name = isThis ? firstName() : '', addedAt } = known.get(id) ?? {}
      const canRevoke = !isThis && (hasRoot || isSenior(identity, id))
      return {
        id,
        isThis,
        name,
        addedAt,
        isOnline: isThis || present.has(id),
        revocable: isThis ? 'no' : canRevoke ? 'yes' : 'with-phrase',
      }
    })
  }

  /** Whether this device is older than another one of the person. */
  function isSenior(identity: LocalIdentity, device: DeviceId): boolean {
    const log = now?.halo?.log
    const own = log?.entriesOf(identity.id, identity.deviceId) ?? []
    const others = log?.entriesOf(identity.id, device) ?? []
    return (
      others.length > 0 && others.every(({ admission, rank }) => own.some((entry) => entry.admission === admission && entry.rank < rank))
    )
  }

  function firstName(): string {
    return suggested === '' ? defaultDeviceName() : suggested
  }

  function isNameless(): boolean {
    const { identity, halo } = now ?? {}
    if (identity === undefined || halo === undefined || !halo.log.isWriter(identity.id, identity.deviceId)) return false
    return halo.firstSync.state.get() === undefined && !haloDevices(halo.database.properties.get()).has(identity.deviceId)
  }

  async function nameThis(): Promise<void> {
    timer = undefined
    const { identity, halo } = now ?? {}
    const stored = await storage.readKey(suggestedKey)
    if (suggested === '' && isDeviceName(stored)) suggested = stored
    if (halo === undefined || halo !== now?.halo || stops.length === 0 || !isNameless() || identity === undefined) return
    const taken = read().flatMap(({ isThis, name }) => (isThis ? [] : name))
    const name = unusedDeviceName(firstName(), taken)
    halo.database.setProperty(haloNames.device(identity.deviceId), { name, addedAt: clock.now() })
  }

  function dispose(): void {
    clock.clear(timer)
    timer = undefined
    for (const stop of stops) stop()
    stops = []
  }

  return {
    list,
    update(identity, halo, hasRoot) {
      if (identity !== now?.identity || halo !== now?.halo) {
        dispose()
        const sources =
          halo === undefined ? [] : [halo.log.state, halo.database.properties, halo.replication.presence.others, halo.firstSync.state]
        stops = sources.map((source) => source.subscribe(publish))
      }
      now = { identity, halo, hasRoot }
      publish()
    },
    suggestName(name) {
      if (isDeviceName(name)) suggested = name
    },
    suggestedRows: () => (suggested === '' ? [] : [{ key: suggestedKey, value: suggested }]),
    rename(device, name) {
      if (!isDeviceName(name)) throw new EchoError('bad-value', 'A device needs a name of 1 to 160 bytes.')
      const { halo } = now ?? {}
      if (halo === undefined || !list.get().some(({ id }) => id === device)) {
        throw new EchoError('bad-value', 'This is no device of yours that can be named now. Pass an id of echo.identity.devices.', {
          details: { device },
        })
      }
      const { addedAt = clock.now() } = haloDevices(halo.database.properties.get()).get(device as DeviceId) ?? {}
      halo.database.setProperty(haloNames.device(device as DeviceId), { name: name.trim(), addedAt })
    },
    dispose,
  }
}
