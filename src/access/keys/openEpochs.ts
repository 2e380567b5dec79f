import { concatBytes, equalBytes, toHex } from '../../shared/bytes.ts'
import { idBytes } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { KeyRing } from './keyRing.ts'
import type { OperationLog } from '../operationLog.ts'
import { openPreviousKey } from './previousKey.ts'
import { openSealedKey } from './sealedKey.ts'

/**
 * Adds to the ring every epoch key that this device can open: those sealed to it, and backwards from each held key the older ones.
 * The newest come first, so that most older ones cost one AES opening instead of a key agreement. Sealed bytes that do not open are
 * passed over: they are their author's fault and harm only what he sealed.
 * @returns the number of keys added.
 */
export async function openEpochs(options: {
  readonly crypto: CryptoPort
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly identity: LocalIdentity
}): Promise<number> {
  const { crypto, log, keyRing, identity } = options
  const space = idBytes(log.space)
  const before = keyRing.all().length
  const epochs = log.epochs().toReversed()
  // Only a key that some epoch names is ever asked for.
  const named = new Set(epochs.map((epoch) => toHex(epoch.keyId)))

  for (const epoch of epochs) {
    if (keyRing.get(epoch.keyId) === undefined) {
      const own = epoch.recipients.find((recipient) => equalBytes(recipient.device, identity.record.sign))
      const opened = own && (await openSealedKey(crypto, space, identity, epoch.keyId, concatBytes(epoch.oneTimeKey, own.sealed)))
      if (opened === undefined) continue
      keyRing.add(opened.id, opened.key)
    }
    const newer = keyRing.get(epoch.keyId)!
    for (const previous of epoch.previous) {
      if (!named.has(toHex(previous.keyId)) || keyRing.get(previous.keyId) !== undefined) continue
      const older = await openPreviousKey(crypto, space, newer.key, previous)
      if (older !== undefined) keyRing.add(older.id, older.key)
    }
  }
  return keyRing.all().length - before
}
