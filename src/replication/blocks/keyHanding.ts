import { equalBytes, toHex } from '../../shared/bytes.ts'
import { idBytes, toId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { EpochKey, KeyRing } from '../../access/keys/keyRing.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import { openSealedKey, sealKeyFor } from '../../access/keys/sealedKey.ts'
import type { Link } from '../link/link.ts'
import { maxKeys, type HandedKey } from '../link/linkMessages.ts'

/** Hands keys of the space to members who cannot come by them themselves, and takes what others hand (M23). */
export interface KeyHanding {
  /** @param met the key of the room in which the peer was met, so that it holds that */
  hand(link: Link, met: EpochKey | undefined): Promise<void>
  take(keys: readonly HandedKey[]): Promise<void>
}

export function createKeyHanding(options: {
  readonly crypto: CryptoPort
  readonly identity: LocalIdentity
  readonly space: SpaceId
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly onKey: (key: EpochKey) => void
}): KeyHanding {
  const { crypto, identity, log, keyRing, onKey } = options
  const space = idBytes(options.space)

  /**
   * What neither an epoch seals to a device nor one of its keys opens. That is the newest key, for who was away; and one from whose epoch the device was
   * left out by an admin who had no right to, while another took its place.
   */
  function keysOutOfReach(device: DeviceId, met: EpochKey | undefined): readonly EpochKey[] {
    const reached = new Set(met === undefined ? [] : [toHex(met.id)])
    for (const { keyId, recipients, previous } of log.epochs().toReversed()) {
      if (recipients.some((recipient) => toId<DeviceId>(recipient.device) === device)) reached.add(toHex(keyId))
      if (reached.has(toHex(keyId))) for (const older of previous) reached.add(toHex(older.keyId))
    }
    return keyRing
      .recent()
      .filter(({ id }) => !reached.has(toHex(id)))
      .slice(0, maxKeys)
  }

  return {
    async hand({ peer, send }, met) {
      const entry = peer && log.device(peer.device)
      if (entry === undefined) return
      const keys: HandedKey[] = []
      for (const key of keysOutOfReach(peer!.device, met)) {
        const sealed = await sealKeyFor(crypto, space, key, entry.record)
        if (sealed !== undefined) keys.push({ id: key.id, sealed })
      }
      if (keys.length > 0) send({ type: 'keys', keys })
    },
    async take(keys) {
      for (const { id, sealed } of keys) {
        // Only a key of this space: whoever sends others could have them used.
        if (keyRing.get(id) !== undefined || !log.epochs().some((epoch) => equalBytes(epoch.keyId, id))) continue
        const opened = await openSealedKey(crypto, space, identity, id, sealed)
        if (opened !== undefined && keyRing.add(opened.id, opened.key)) onKey(opened)
      }
    },
  }
}
