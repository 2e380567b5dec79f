import { beforeAll, describe, expect, it } from 'vitest'
import {
  checkedEpochKey,
  contentKey,
  epochKeyId,
  epochRendezvous,
  linkPsk,
  plaintextHashKey,
  presenceKey,
} from '../../../src/access/keys/epochKeys.ts'
import { deriveInvitationKeys, invitationRendezvous, joinPsk } from '../../../src/access/invitations/invitationKeys.ts'
import { openSealedKey, sealKeyFor, sealToDevice } from '../../../src/access/keys/sealedKey.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { createDeviceRecord } from '../../../src/identity/record.ts'
import { concatBytes, fromHex, toBase64Url, toHex, utf8 } from '../../../src/shared/bytes.ts'
import { toId } from '../../../src/shared/ids.ts'

const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)
const space = filled(0x22)
const key = filled(0x11)

describe('the keys of an epoch', () => {
  let crypto: CryptoPort
  beforeAll(async () => {
    crypto = await createWebCrypto()
  })

  it('have the id, room and password of the vectors', () => {
    expect(toHex(epochKeyId(crypto, space, key))).toBe('af7629438f369b8adb10d0826ff72f35ef575dae02fb743f7b061f2e9d8a0718')
    expect(epochRendezvous(crypto, space, key)).toEqual({ room: '1g4DkFIC01EpjUyFyO_b2A', password: 'Qx4XtIIG6GdlKQeNLsfYcA' })
  })

  it('follow the key schedule: HKDF with the space as salt, the label and the fields as info', () => {
    const expected = (name: string, ...fields: Uint8Array[]) =>
      crypto.hkdf(key, space, concatBytes(utf8(`echo-react/1 ${name}`), Uint8Array.of(0), ...fields), 32)
    const device = filled(7)
    expect(contentKey(crypto, space, key, device, 0x0102)).toEqual(expected('content', device, Uint8Array.of(0, 0, 1, 2)))
    expect(presenceKey(crypto, space, key, device)).toEqual(expected('presence', device))
    expect(plaintextHashKey(crypto, space, key)).toEqual(expected('plaintext hash'))
    expect(linkPsk(crypto, space, key)).toEqual(expected('link psk'))
  })

  it('are taken only under their own id', () => {
    const id = epochKeyId(crypto, space, key)
    expect(checkedEpochKey(crypto, space, id, key)).toEqual({ id, key })
    expect(checkedEpochKey(crypto, filled(0x23), id, key)).toBeUndefined()
    expect(checkedEpochKey(crypto, space, id, filled(0x12))).toBeUndefined()
    const short = filled(0x11, 31)
    expect(checkedEpochKey(crypto, space, epochKeyId(crypto, space, short), short)).toBeUndefined()
  })

  it('are sealed to a device as in the vectors', async () => {
    const record = {
      sign: (await crypto.signingKeyFromSeed(filled(1))).publicKey,
      seal: (await crypto.agreementKeyFromSeed(filled(0x66))).publicKey,
    }
    const ephemeral = await crypto.agreementKeyFromSeed(filled(0x55))
    const sealed = await sealToDevice(crypto, space, { id: epochKeyId(crypto, space, key), key }, record, ephemeral)
    expect(toHex(sealed!.sealed)).toBe('7c9777c6cecdee10f94e4ae5472ae07d2dd9d841de985c7a8f21881303d5f863a87e0da756479192ac0eb1c632bea36d')
    expect(sealed!.enc).toEqual(ephemeral.publicKey)
  })

  it('are opened by that device for that space and key id alone, and not after any change', async () => {
    const root = await crypto.createSigningKey()
    const create = async () => {
      const signing = await crypto.createSigningKey()
      const agreement = await crypto.createAgreementKey()
      const record = await createDeviceRecord(root.publicKey, root, { signing, agreement })
      return { id: toId<never>(root.publicKey), deviceId: toId<never>(signing.publicKey), record, signing, agreement }
    }
    const [own, other] = [await create(), await create()]
    const epochKey = { id: epochKeyId(crypto, space, key), key }
    const sealed = (await sealKeyFor(crypto, space, epochKey, own.record))!
    expect(sealed).toHaveLength(80)
    expect(await openSealedKey(crypto, space, own, epochKey.id, sealed)).toEqual(epochKey)
    expect(await openSealedKey(crypto, space, other, epochKey.id, sealed)).toBeUndefined()
    expect(await openSealedKey(crypto, space, { ...own, record: other.record }, epochKey.id, sealed)).toBeUndefined()
    expect(await openSealedKey(crypto, space, { ...own, agreement: other.agreement }, epochKey.id, sealed)).toBeUndefined()
    expect(await openSealedKey(crypto, filled(0x23), own, epochKey.id, sealed)).toBeUndefined()
    expect(await openSealedKey(crypto, space, own, filled(0), sealed)).toBeUndefined()
    for (let bit = 0; bit < 640; bit += 7) {
      const flipped = sealed.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      // The top bit of an X25519 key is ignored on the curve (RFC 7748 section 5), but not in the key schedule.
      expect(await openSealedKey(crypto, space, own, epochKey.id, flipped)).toBeUndefined()
    }
    for (const length of [0, 32, 79]) expect(await openSealedKey(crypto, space, own, epochKey.id, sealed.slice(0, length))).toBeUndefined()
    // A key of another id, sealed honestly under the name of this one.
    const renamed = (await sealKeyFor(crypto, space, { id: epochKey.id, key: filled(0x12) }, own.record))!
    expect(await openSealedKey(crypto, space, own, epochKey.id, renamed)).toBeUndefined()
  })

  it('are sealed to nobody whose key is of low order', async () => {
    const epochKey = { id: epochKeyId(crypto, space, key), key }
    expect(await sealKeyFor(crypto, space, epochKey, { sign: filled(1), seal: filled(0) })).toBeUndefined()
  })
})

describe('the keys of an invitation', () => {
  it('have the id of the vectors and the labels of the key schedule', async () => {
    const crypto = await createWebCrypto()
    const secret = filled(0x44, 16)
    const keys = await deriveInvitationKeys(crypto, secret)
    expect(keys.signing.publicKey).toEqual(fromHex('d9393674e591b0b1660f51eefd8f9139ae3c937c1b38bb8a29a1acc5102d176b'))
    const expected = (ikm: Uint8Array, name: string, length = 32) =>
      crypto.hkdf(ikm, undefined, concatBytes(utf8(`echo-react/1 ${name}`), Uint8Array.of(0)), length)
    expect(keys.rendezvousKey).toEqual(expected(secret, 'rendezvous'))
    expect(keys.codeKey).toEqual(expected(secret, 'code'))
    expect(joinPsk(crypto, keys.rendezvousKey)).toEqual(expected(keys.rendezvousKey, 'join psk'))
    expect(invitationRendezvous(crypto, keys.rendezvousKey)).toEqual({
      room: toBase64Url(expected(keys.rendezvousKey, 'room', 16)),
      password: toBase64Url(expected(keys.rendezvousKey, 'room password', 16)),
    })
  })
})
