import { decode, Writer, type DecodeFault } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'
import { readDeviceList, writeDeviceList, type ListedDevice } from './deviceList.ts'

/*
 * Grammar (docs/PROTOCOL.md#genesis):
 *   genesis = nonce 16 · list(1..16) (identity 32 · name string(64) · devices) · ext
 */

/** Most owners a genesis may name. */
export const maxGenesisOwners = 16
/** Most UTF-8 bytes of a person's display name in an operation. */
export const maxNameBytes = 64

/** One founder. */
export interface GenesisOwner {
  /** 32-byte public root key. */
  readonly identity: Uint8Array
  /** Display name, unverified. */
  readonly name: string
  /** None only where the root key itself signs the genesis (a private space of one person). */
  readonly devices: readonly ListedDevice[]
}

/** The body of a genesis. */
export interface GenesisBody {
  /** 16 bytes that make the space unlike any other. */
  readonly nonce: Uint8Array
  readonly owners: readonly GenesisOwner[]
  readonly extensions?: Extensions
}

export function encodeGenesisBody(body: GenesisBody): Uint8Array {
  const writer = new Writer().fixed(body.nonce).list(body.owners, (owner, list) => {
    list.fixed(owner.identity).string(owner.name)
    writeDeviceList(list, owner.devices)
  })
  writeExtensions(writer, body.extensions ?? noExtensions)
  return writer.finish()
}

/** Never throws. */
export function decodeGenesisBody(bytes: Uint8Array): Result<Required<GenesisBody>, DecodeFault> {
  return decode(bytes, (reader) => {
    const nonce = reader.fixed(16)
    const owners = reader.list(maxGenesisOwners, () => ({
      identity: reader.fixed(32),
      name: reader.string(maxNameBytes),
      devices: readDeviceList(reader),
    }))
    if (owners.length === 0) reader.refuse()
    return { nonce, owners, extensions: readExtensions(reader) }
  })
}
