import { decode, Writer, type DecodeFault } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'
import { decodeDeviceRecord, deviceRecordBytes, encodeDeviceRecord, type DeviceRecord } from '../../identity/record.ts'

/*
 * Grammar (docs/PROTOCOL.md#device):
 *   device = record 256 · ext
 */

/** The body of an operation that adds a device to the admission it is signed under. */
export interface DeviceBody {
  readonly record: DeviceRecord
  readonly extensions?: Extensions
}

export function encodeDeviceBody({ record, extensions = noExtensions }: DeviceBody): Uint8Array {
  const writer = new Writer().fixed(encodeDeviceRecord(record))
  writeExtensions(writer, extensions)
  return writer.finish()
}

/** Never throws. */
export function decodeDeviceBody(bytes: Uint8Array): Result<Required<DeviceBody>, DecodeFault> {
  return decode(bytes, (reader) => {
    const record = decodeDeviceRecord(reader.fixed(deviceRecordBytes))
    return { record: record.ok ? record.value : reader.refuse(), extensions: readExtensions(reader) }
  })
}
