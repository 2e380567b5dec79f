import { compareBytes, toHex } from '../../shared/bytes.ts'
import { idBytes } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { checkedEpochKey } from './epochKeys.ts'
import type { EpochKey, KeyRing } from './keyRing.ts'
import type { Epoch, OperationLog } from '../operationLog.ts'

/**
 * The opened keys of a space, empty at first. `newest` follows the log: the moment an operation makes a key unusable, nothing more is
 * written under it.
 * @example
 * const keyRing = createKeyRing({ crypto, log })
 * await openEpochs({ crypto, log, keyRing, identity })
 */
export function createKeyRing(options: { readonly crypto: CryptoPort; readonly log: OperationLog }): KeyRing {
  const { crypto, log } = options
  const space = idBytes(log.space)
  const keysById = new Map<string, EpochKey>()
  const listeners = new Set<(key: EpochKey) => void>()
  let newest: { readonly epochs: readonly Epoch[]; readonly held: number; readonly key: EpochKey | undefined } | undefined

  function get(id: Uint8Array): EpochKey | undefined {
    return keysById.get(toHex(id))
  }

  /** M20: the causally latest usable key that is held; among several the one of the smallest operation id. */
  function findNewest(epochs: readonly Epoch[]): EpochKey | undefined {
    const latest: Epoch[] = []
    // Backwards, so that whatever comes after an epoch has been seen before it.
    for (const epoch of epochs.toReversed()) {
      const isOpen = epoch.usable && keysById.has(toHex(epoch.keyId))
      if (isOpen && !latest.some((later) => log.isBefore(epoch.operation, later.operation))) latest.push(epoch)
    }
    const first = latest.sort((a, b) => compareBytes(a.operation, b.operation))[0]
    return first && get(first.keyId)
  }

  return {
    newest() {
      const epochs = log.epochs()
      if (newest?.epochs !== epochs || newest.held !== keysById.size) newest = { epochs, held: keysById.size, key: findNewest(epochs) }
      return newest.key
    },
    recent() {
      const ids = new Set(
        log
          .epochs()
          .toReversed()
          .map(({ keyId }) => toHex(keyId)),
      )
      return [...ids].flatMap((id) => keysById.get(id) ?? [])
    },
    get,
    add(id, key) {
      const checked = checkedEpochKey(crypto, space, id, key)
      if (checked === undefined) return false
      if (get(id) !== undefined) return true
      keysById.set(toHex(id), checked)
      for (const listener of listeners) listener(checked)
      return true
    },
    all: () => [...keysById.values()],
    onAdded(listener) {
      const entry = (key: EpochKey): void => listener(key)
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
  }
}
