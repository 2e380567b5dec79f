import { utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { toId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort, SigningKey } from '../../crypto/cryptoPort.ts'
import { labelledHash } from '../../crypto/labels.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { encodeGenesisBody, maxNameBytes } from '../bodies/genesisBody.ts'
import { encodeUnsignedOperation, operationKinds, signOperation } from '../operation.ts'

/**
 * A new space with one owner, signed by this device; a random nonce makes its id unlike any other's.
 * @param options.name the owner's display name, at most 64 UTF-8 bytes. (The name of the space is content.)
 * @param options.certifiers the records between the root key and this device, eldest first; none where the root certified it.
 * @throws EchoError `bad-value` where the name is too long.
 */
export async function createGenesis(options: {
  readonly crypto: CryptoPort
  readonly identity: LocalIdentity
  readonly name: string
  readonly certifiers?: readonly DeviceRecord[]
}): Promise<{ readonly space: SpaceId; readonly operation: Uint8Array }> {
  const { crypto, identity, name, certifiers = [] } = options
  assertName(name)
  const { record } = identity
  const devices = [...certifiers.map((chain) => ({ listed: false, record: chain })), { listed: true, record }]
  const body = encodeGenesisBody({ nonce: crypto.randomBytes(16), owners: [{ identity: record.identity, name, devices }] })
  const zero = new Uint8Array(32)
  const content = { space: zero, kind: operationKinds.genesis, as: { operation: zero, index: 0 }, by: record.sign, parents: [], body }
  const space = toId<SpaceId>(labelledHash(crypto, 'operation', encodeUnsignedOperation(content)))
  return { space, operation: await signOperation(identity.signing, content) }
}

/**
 * The genesis of the private space of one person's devices: the owner without devices, a nonce that the phrase gives, signed by the root key. So the
 * phrase alone names the space, and every device that has the phrase makes the same one.
 */
export async function createHaloGenesis(
  crypto: CryptoPort,
  root: { readonly signing: SigningKey; readonly haloNonce: Uint8Array },
): Promise<{ readonly space: SpaceId; readonly operation: Uint8Array }> {
  const identity = root.signing.publicKey
  const body = encodeGenesisBody({ nonce: root.haloNonce, owners: [{ identity, name: '', devices: [] }] })
  const zero = new Uint8Array(32)
  const content = { space: zero, kind: operationKinds.genesis, as: { operation: zero, index: 0 }, by: identity, parents: [], body }
  const space = toId<SpaceId>(labelledHash(crypto, 'operation', encodeUnsignedOperation(content)))
  return { space, operation: await signOperation(root.signing, content) }
}

/** @throws EchoError `bad-value` where a display name takes more than 64 UTF-8 bytes. */
export function assertName(name: string): void {
  const length = utf8(name).length
  if (length > maxNameBytes) {
    throw new EchoError(
      'bad-value',
      `A display name takes at most ${maxNameBytes} bytes, this one ${length}. Shorten it before it is used.`,
    )
  }
}
