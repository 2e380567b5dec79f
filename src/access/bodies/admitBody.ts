import { decode, Writer, type DecodeFault } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'
import type { Role } from '../membershipLog.ts'
import { roleCode, rolesByCode } from '../roleCode.ts'
import { maxListedDevices, readDeviceList, writeDeviceList, type ListedDevice } from './deviceList.ts'
import { maxNameBytes } from './genesisBody.ts'

/*
 * Grammar (docs/PROTOCOL.md#admit):
 *   admit = role u8 · name string(64) · devices (1..64, all of one identity) · invitation 32 · consenter uint · consent 64 · ext
 * `consenter` is the place in `devices` of the device that gave the consent; a promotion copies both from the earlier admission.
 * Tag 1 of ext is kept for the recovery invitation (id 32 · rk 32).
 */

/** The body of an admission: one role for one identity. */
export interface AdmitBody {
  readonly role: Role
  /** Display name, unverified; at most 64 UTF-8 bytes. */
  readonly name: string
  /** At least one, all of the admitted identity. */
  readonly devices: readonly ListedDevice[]
  /** 32-byte id of the invitation that was accepted. */
  readonly invitationId: Uint8Array
  /** Place in `devices` of the device that consented. */
  readonly consenter: number
  /** 64 bytes: see consent.ts. */
  readonly consent: Uint8Array
  readonly extensions?: Extensions
}

export function encodeAdmitBody(body: AdmitBody): Uint8Array {
  const writer = new Writer().u8(roleCode(body.role)).string(body.name)
  writeDeviceList(writer, body.devices)
  writer.fixed(body.invitationId).uint(body.consenter).fixed(body.consent)
  writeExtensions(writer, body.extensions ?? noExtensions)
  return writer.finish()
}

/** Never throws. */
export function decodeAdmitBody(bytes: Uint8Array): Result<Required<AdmitBody>, DecodeFault> {
  return decode(bytes, (reader) => {
    const role = rolesByCode[reader.u8()] ?? reader.refuse()
    const name = reader.string(maxNameBytes)
    const devices = readDeviceList(reader)
    const invitationId = reader.fixed(32)
    const consenter = reader.uint(maxListedDevices)
    if (consenter >= devices.length) reader.refuse()
    return { role, name, devices, invitationId, consenter, consent: reader.fixed(64), extensions: readExtensions(reader) }
  })
}
