import { toHex } from '../../shared/bytes.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Storage } from '../../storage/storage.ts'
import { createDeviceKeys, deviceKeyRows, restoreDeviceKeys, type DeviceKeys } from '../../identity/deviceKeys.ts'

/**
 * The keys with which this device asks to become one of a person's. They are kept from the first try on: whoever reloads after the other device has
 * listed them, and before what it sent is stored, is known again by the same link or a new one, and leaves no device in the list that nobody has.
 * @param target what the person's links name, 16 bytes: to each person a device shows keys of their own
 * @throws EchoError of storage
 */
export async function openPairingKeys(crypto: CryptoPort, storage: Storage, target: Uint8Array): Promise<DeviceKeys> {
  const kept = await storage.readKey(pairingKeysRow(target))
  if (typeof kept === 'object' && kept !== null) {
    const { sign, seal, wrap } = kept as Record<string, unknown>
    const restored = await restoreDeviceKeys(crypto, { sign, seal, wrap })
    const values = { sign, seal, wrap }
    // Keys that a browser has lost are made anew.
    if (restored.ok) return { ...restored.value, rows: names.map((name) => ({ key: deviceKeyRows[name], value: values[name] })) }
  }
  const keys = await createDeviceKeys(crypto, storage)
  const value = Object.fromEntries(names.map((name) => [name, keys.rows.find(({ key }) => key === deviceKeyRows[name])!.value]))
  await storage.write({ putKeys: [{ key: pairingKeysRow(target), value }] }, 'strict')
  return keys
}

/** The row of the keys table in which they lie; to be deleted once they are the device's own, or have been refused for good. */
export function pairingKeysRow(target: Uint8Array): string {
  return `pairing/${toHex(target)}`
}

const names = ['wrap', 'sign', 'seal'] as const
