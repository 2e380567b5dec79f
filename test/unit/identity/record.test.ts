import { beforeAll, describe, expect, it } from 'vitest'
import type { AgreementKey, CryptoPort, SigningKey } from '../../../src/crypto/cryptoPort.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import {
  certifyDevice,
  createDeviceRecord,
  decodeDeviceRecord,
  deviceRecordBytes,
  encodeDeviceRecord,
  signDeviceSelf,
  verifyDeviceRecord,
  type DeviceFields,
  type DeviceRecord,
} from '../../../src/identity/record.ts'
import { fromHex } from '../../../src/shared/bytes.ts'
import { systemRandom } from '../../../src/shared/ports.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

describe.each([
  ['WebCrypto', () => createWebCrypto()],
  ['simulated crypto', async () => createSimulatedCrypto(systemRandom)],
] as const)('device records on %s', (name, create) => {
  let crypto: CryptoPort
  let root: SigningKey
  let device: { signing: SigningKey; agreement: AgreementKey }
  let record: DeviceRecord
  beforeAll(async () => {
    crypto = await create()
    root = await crypto.createSigningKey()
    device = { signing: await crypto.createSigningKey(), agreement: await crypto.createAgreementKey() }
    record = await createDeviceRecord(root.publicKey, root, device)
  })

  /** A record whose signatures are good whatever its fields say. */
  async function signed(fields: DeviceFields, certifier: SigningKey, signer: SigningKey): Promise<DeviceRecord> {
    return { ...fields, certificate: await certifyDevice(certifier, fields), self: await signDeviceSelf(signer, fields) }
  }

  it('takes a device certified by the root, and one certified by a device', async () => {
    expect(await verifyDeviceRecord(crypto, record)).toBe(true)
    const second = { signing: await crypto.createSigningKey(), agreement: await crypto.createAgreementKey() }
    expect(await verifyDeviceRecord(crypto, await createDeviceRecord(root.publicKey, device.signing, second))).toBe(true)
  })

  it('survives encoding, in 256 bytes and the order of the protocol', () => {
    const bytes = encodeDeviceRecord(record)
    expect(bytes).toHaveLength(deviceRecordBytes)
    expect(bytes.slice(0, 128)).toEqual(
      Uint8Array.of(...root.publicKey, ...device.signing.publicKey, ...device.agreement.publicKey, ...root.publicKey),
    )
    expect(bytes.slice(192)).toEqual(record.self)
    expect(decodeDeviceRecord(bytes)).toEqual({ ok: true, value: record })
  })

  it('refuses a record that is cut anywhere or goes on', () => {
    const bytes = encodeDeviceRecord(record)
    for (let length = 0; length < bytes.length; length++) expect(decodeDeviceRecord(bytes.slice(0, length)).ok).toBe(false)
    expect(decodeDeviceRecord(Uint8Array.of(...bytes, 0))).toEqual({ ok: false, error: 'trailing-bytes' })
  })

  it('refuses a flipped bit in any byte', async () => {
    const bytes = encodeDeviceRecord(record)
    for (let i = 0; i < bytes.length; i++) {
      const decoded = decodeDeviceRecord(bytes.map((byte, at) => (at === i ? byte ^ (1 << (i & 7)) : byte)))
      expect(decoded.ok && (await verifyDeviceRecord(crypto, decoded.value)), `byte ${i}`).toBe(false)
    }
  })

  it('refuses a certificate by anyone but the named certifier', async () => {
    const stranger = await crypto.createSigningKey()
    expect(await verifyDeviceRecord(crypto, await signed(record, stranger, device.signing))).toBe(false)
    expect(await verifyDeviceRecord(crypto, await signed(record, root, device.signing))).toBe(true)
  })

  it('refuses to list a foreign key, which did not sign for itself', async () => {
    const victim = await crypto.createSigningKey()
    const fields = { ...record, sign: victim.publicKey }
    expect(await verifyDeviceRecord(crypto, await signed(fields, root, device.signing))).toBe(false)
  })

  it('refuses the one signature in the place of the other', async () => {
    expect(await verifyDeviceRecord(crypto, { ...record, certificate: record.self })).toBe(false)
    expect(await verifyDeviceRecord(crypto, { ...record, self: record.certificate })).toBe(false)
  })

  it('refuses a device that certifies itself, and the root key as a device, though well signed', async () => {
    const own = { ...record, certifier: device.signing.publicKey }
    expect(await verifyDeviceRecord(crypto, await signed(own, device.signing, device.signing))).toBe(false)
    const rootAsDevice = { ...record, sign: root.publicKey, certifier: device.signing.publicKey }
    expect(await verifyDeviceRecord(crypto, await signed(rootAsDevice, device.signing, root))).toBe(false)
  })

  it('refuses a sealing key of low order, though well signed', async () => {
    const lowOrder = [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ].slice(0, name === 'WebCrypto' ? 4 : 1)
    for (const hex of lowOrder) {
      const fields = { ...record, seal: fromHex(hex)! }
      expect(await verifyDeviceRecord(crypto, await signed(fields, root, device.signing)), hex).toBe(false)
    }
  })

  it('refuses an identity that is no key, though well signed', async () => {
    const fields = { ...record, identity: Uint8Array.of(1, ...new Uint8Array(31)) }
    expect(await verifyDeviceRecord(crypto, await signed(fields, root, device.signing))).toBe(false)
  })
})
