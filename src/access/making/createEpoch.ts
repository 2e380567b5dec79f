import { toHex } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { idBytes } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { encodeEpochBody, maxEpochRecipients, maxPreviousKeys, type EpochRecipient } from '../bodies/epochBody.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { epochKeyId } from '../keys/epochKeys.ts'
import type { EpochKey, KeyRing } from '../keys/keyRing.ts'
import type { Member } from '../membershipLog.ts'
import { operationKinds, signOperation } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'
import { openPreviousKey, sealPreviousKey } from '../keys/previousKey.ts'
import { sealToDevice } from '../keys/sealedKey.ts'

/**
 * A new epoch: a fresh key sealed to every device that is live now, with the held keys that no held epoch keeps yet sealed under it. Of more than 740
 * devices it is sealed to as many, the others are handed it over links.
 * Nothing is added anywhere: the caller adds the operation to the log, then the key to the ring.
 * @param options.key 32 secret bytes; fresh ones unless given.
 * @param options.keyRing the keys held so far; what is not in it stays closed to who joins later.
 * @throws EchoError `not-authorised` where the signer is no editor.
 */
export async function createEpoch(options: {
  readonly crypto: CryptoPort
  readonly log: OperationLog
  readonly signer: LocalIdentity
  readonly key?: Uint8Array
  readonly keyRing: KeyRing
}): Promise<{ readonly operation: Uint8Array; readonly key: EpochKey }> {
  const { crypto, log, signer, keyRing } = options
  const space = idBytes(log.space)
  const entry = log.signingEntry(signer.id, signer.deviceId, 'editor')
  if (entry === undefined) {
    throw new EchoError(
      'not-authorised',
      'This device cannot renew the key of the space: it takes an editor, admin or owner. Ask one of them.',
    )
  }
  // Devices and parents are read together, before anything waits: the epoch must be sealed to those whom its past knows.
  const devices = recipientsOf([...log.state.get().members.values()])
  const parents = log.parentsFor(entry.as)
  const secret = options.key?.slice() ?? crypto.randomBytes(32)
  const key: EpochKey = { id: epochKeyId(crypto, space, secret), key: secret }
  const ephemeral = await crypto.createAgreementKey()
  const recipients = new Map<string, EpochRecipient>()
  for (const record of devices) {
    const sealed = await sealToDevice(crypto, space, key, record, ephemeral)
    // A device with a low-order sealing key has shut itself out; it must not keep the others from a new key.
    if (sealed !== undefined) recipients.set(toHex(record.sign), { device: record.sign, sealed: sealed.sealed })
  }
  const older = await findLooseKeys(crypto, log, keyRing)
  const body = encodeEpochBody({
    keyId: key.id,
    oneTimeKey: ephemeral.publicKey,
    recipients: [...recipients.values()],
    previous: await Promise.all(older.map((previous) => sealPreviousKey(crypto, space, secret, previous))),
  })
  const operation = await signOperation(signer.signing, {
    space,
    kind: operationKinds.epoch,
    as: entry.as,
    by: signer.record.sign,
    parents,
    body,
  })
  return { operation, key }
}

/** Each person's most senior devices first: whoever lists hundreds of devices, as a reader may, must neither stop the others from a new key nor crowd them out. */
function recipientsOf(members: readonly Member[]): readonly DeviceRecord[] {
  const ordered = members.flatMap(({ devices }) => devices.map((record, place) => ({ record, place })))
  return ordered
    .sort((a, b) => a.place - b.place)
    .slice(0, maxEpochRecipients)
    .map(({ record }) => record)
}

/**
 * The held keys that no later held epoch keeps, oldest first, at most 64; the rest waits for the next epoch. What an epoch claims to keep
 * is opened before it is believed, else one bad rotation would close the history before it to everyone who joins later.
 */
async function findLooseKeys(crypto: CryptoPort, log: OperationLog, keyRing: KeyRing): Promise<readonly EpochKey[]> {
  const space = idBytes(log.space)
  const epochs = log.epochs()
  const operationsByKeyId = new Map(epochs.toReversed().map((epoch) => [toHex(epoch.keyId), epoch.operation]))
  const kept = new Set<string>()
  for (const epoch of epochs) {
    const newer = keyRing.get(epoch.keyId)
    for (const previous of epoch.previous) {
      const id = toHex(previous.keyId)
      const origin = operationsByKeyId.get(id)
      // Only forwards in time: two epochs that keep each other's key would both look kept, and neither be.
      if (newer === undefined || origin === undefined || kept.has(id) || !log.isBefore(origin, epoch.operation)) continue
      if ((await openPreviousKey(crypto, space, newer.key, previous)) !== undefined) kept.add(id)
    }
  }
  const loose = new Map<string, EpochKey>()
  for (const { keyId } of epochs) {
    const held = keyRing.get(keyId)
    if (held !== undefined && !kept.has(toHex(keyId))) loose.set(toHex(keyId), held)
  }
  return [...loose.values()].slice(0, maxPreviousKeys)
}
