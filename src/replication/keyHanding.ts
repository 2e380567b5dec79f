import { equalBytes } from '../shared/bytes.ts'
import { idBytes, type SpaceId } from '../shared/ids.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { EpochKey, KeyRing } from '../access/keyRing.ts'
import type { OperationLog } from '../access/operationLog.ts'
import { openSealedKey, sealKeyFor } from '../access/sealedKey.ts'
import type { Link } from './link.ts'
import type { HandedKey } from './linkMessages.ts'

/** Hands the space's newest key to members whose epoch may not name them, and takes what others hand. */
export interface KeyHanding {
  hand(link: Link): Promise<void>
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

  return {
    async hand({ peer, send }) {
      const key = keyRing.newest()
      const entry = peer && log.device(peer.device)
      if (key === undefined || entry === undefined) return
      const sealed = await sealKeyFor(crypto, space, key, entry.record)
      if (sealed !== undefined) send({ type: 'keys', keys: [{ id: key.id, sealed }] })
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
