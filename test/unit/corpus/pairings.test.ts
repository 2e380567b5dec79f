import { describe, expect, it } from 'vitest'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { labelledHash, labelledSign } from '../../../src/crypto/labels.ts'
import { readAsk } from '../../../src/replication/joining/joinMessages.ts'
import { decodePairingMessage, encodePairingMessage } from '../../../src/replication/joining/pairingMessages.ts'
import { concatBytes } from '../../../src/shared/bytes.ts'
import { judgeCases } from '../../corpus/judgeCases.ts'
import {
  goodPairingMessage,
  newDeviceAskBody,
  newDeviceAskCases,
  pairingMessageCases,
  type NewDeviceAsk,
} from '../../corpus/pairingCases.ts'

describe('the corpus of malformed pairings', () => {
  it('refuses every message that is not the one expected', async () => {
    await judgeCases('pairing messages', pairingMessageCases, ['malformed'], ({ input }) =>
      decodePairingMessage(input.kind, input.bytes) === undefined ? 'malformed' : 'taken',
    )
    for (const kind of ['commit', 'nonce', 'reveal', 'confirm'] as const) {
      const value = decodePairingMessage(kind, goodPairingMessage(kind))!
      expect(encodePairingMessage({ kind, value })).toEqual(goodPairingMessage(kind))
    }
  })

  it('refuses every ask of a new device, though it is signed properly, and takes none for that of a person', async () => {
    const crypto = await createWebCrypto()
    const [invitation, device, stranger] = [
      await crypto.createSigningKey(),
      await crypto.createSigningKey(),
      await crypto.createSigningKey(),
    ]
    const seal = (await crypto.createAgreementKey()).publicKey
    const transcript = new Uint8Array(32).fill(7)

    async function askOf(parts: NewDeviceAsk): Promise<Uint8Array> {
      const body = newDeviceAskBody(parts, device.publicKey, seal)
      const byLink = parts.proofBy === 'stranger' ? stranger : invitation
      const byDevice = parts.ownBy === 'stranger' ? stranger : device
      const proof = await labelledSign(byLink, 'join proof', transcript, labelledHash(crypto, 'body', body))
      const own = await labelledSign(byDevice, 'join ask', transcript, labelledHash(crypto, 'body', body, proof))
      const bytes = concatBytes(Uint8Array.of(0x30), body, proof, own)
      return parts.spoil?.(bytes) ?? bytes
    }
    const judge = async (parts: NewDeviceAsk, of: 'member' | 'new-device' = 'new-device'): Promise<string> => {
      const read = await readAsk(crypto, await askOf(parts), transcript, invitation.publicKey, of)
      return read.ok ? 'taken' : read.error
    }
    await judgeCases('asks of new devices', newDeviceAskCases, ['malformed', 'newer-version', 'bad-signature'], ({ input }) => judge(input))
    expect([await judge({}), await judge({}, 'member')]).toEqual(['taken', 'malformed'])
  })
})
