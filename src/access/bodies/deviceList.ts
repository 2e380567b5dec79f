import { equalBytes, toBase64Url } from '../../shared/bytes.ts'
import type { Reader, Writer } from '../../shared/encoding.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { decodeDeviceRecord, deviceRecordBytes, encodeDeviceRecord, verifyDeviceRecord, type DeviceRecord } from '../../identity/record.ts'

/*
 * Grammar (docs/PROTOCOL.md#device-list):
 *   devices = list(<=64) (listed u8 (0 | 1) · record 256); each record after its certifier, unless that is the root; chains of at most 8
 *
 * A record that is not listed only carries the chain: a device that vouched for another one long ago, and may be lost or revoked by
 * now, must not get an entry in a new space because its junior joins.
 */

/** Most devices one list may hold. */
export const maxListedDevices = 64
/** Longest chain of certificates from the root key to a device, the device's own included. */
export const maxChainLength = 8

/** A device record and whether it gets an entry or only carries the chain of another one. */
export interface ListedDevice {
  readonly listed: boolean
  readonly record: DeviceRecord
}

/** A verified device of a list. */
export interface RankedDevice extends ListedDevice {
  /** M5: the length of the certificate chain from the root, 1 to 8. */
  readonly rank: number
}

export function writeDeviceList(writer: Writer, devices: readonly ListedDevice[]): void {
  writer.list(devices, ({ listed, record }) => writer.u8(listed ? 1 : 0).fixed(encodeDeviceRecord(record)))
}

/** Inside a decoder only. */
export function readDeviceList(reader: Reader): ListedDevice[] {
  return reader.list(maxListedDevices, () => {
    const listed = reader.u8()
    if (listed > 1) reader.refuse()
    const record = decodeDeviceRecord(reader.fixed(deviceRecordBytes))
    return { listed: listed === 1, record: record.ok ? record.value : reader.refuse() }
  })
}

/**
 * The devices with their ranks, or undefined where one is of another identity, comes twice, is the root key itself, stands before its
 * certifier, has too long a chain, or carries a signature that does not hold. Never throws.
 * @param verified this device found the signatures good before
 */
export async function rankDevices(
  crypto: CryptoPort,
  identity: Uint8Array,
  devices: readonly ListedDevice[],
  verified = false,
): Promise<readonly RankedDevice[] | undefined> {
  const ranks = new Map<string, number>([[toBase64Url(identity), 0]])
  const ranked: RankedDevice[] = []
  for (const { listed, record } of devices) {
    const key = toBase64Url(record.sign)
    const certifierRank = ranks.get(toBase64Url(record.certifier))
    if (!equalBytes(record.identity, identity) || ranks.has(key) || certifierRank === undefined || certifierRank >= maxChainLength) {
      return undefined
    }
    ranks.set(key, certifierRank + 1)
    ranked.push({ listed, record, rank: certifierRank + 1 })
  }
  // Signatures last: what is cheap to refuse costs no curve arithmetic.
  for (const { record } of verified ? [] : ranked) {
    if (!(await verifyDeviceRecord(crypto, record))) return undefined
  }
  return ranked
}
