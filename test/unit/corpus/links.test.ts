import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/shared/bytes.ts'
import { Writer } from '../../../src/shared/encoding.ts'
import { labelledHash, labelledSign } from '../../../src/crypto/labels.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { readAuthMessage } from '../../../src/replication/link/authMessage.ts'
import { createReassembly } from '../../../src/replication/link/fragments.ts'
import { decodeHello } from '../../../src/replication/link/hello.ts'
import { decodeLinkMessage } from '../../../src/replication/link/linkMessages.ts'
import { authCases, goodHello, helloCases, type AuthParts } from '../../corpus/handshakeCases.ts'
import { judgeCases } from '../../corpus/judgeCases.ts'
import { fragmentCases, goodPresence, messageCases, presenceCases } from '../../corpus/linkCases.ts'

const verdictOf = (result: { readonly ok: boolean; readonly error?: string }): string => result.error ?? 'taken'

describe('the corpus of malformed links', () => {
  it('refuses every hello', async () => {
    await judgeCases('hellos', helloCases, ['malformed', 'newer-version', 'older-version'], ({ input }) => verdictOf(decodeHello(input)))
    expect(verdictOf(decodeHello(goodHello))).toBe('taken')
  })

  it('refuses every proof of a device key, though it is signed properly', async () => {
    const crypto = await createWebCrypto()
    const key = await crypto.createSigningKey()
    const transcript = new Uint8Array(32).fill(7)

    async function proofOf({ type = 0x10, heads = 0, claimedHeads = heads, extensions = [], ...rest }: AuthParts): Promise<Uint8Array> {
      const writer = new Writer()
        .fixed(rest.device ?? key.publicKey)
        .uint(claimedHeads)
        .fixed(new Uint8Array(32 * heads))
        .list(extensions, (tag, w) => w.uint(tag).bytes(new Uint8Array(0)))
      const body = writer.finish()
      const said = rest.transcript === undefined ? transcript : transcript.map(() => rest.transcript!)
      const parts = [Uint8Array.of(rest.side === 'responder' ? 1 : 0), said, labelledHash(crypto, 'body', body)]
      const bytes = concatBytes(Uint8Array.of(type), body, await labelledSign(key, 'link auth', ...parts))
      return rest.spoil?.(bytes) ?? bytes
    }
    const judge = async (parts: AuthParts) => verdictOf(await readAuthMessage(crypto, await proofOf(parts), 'initiator', transcript))

    await judgeCases('proofs', authCases, ['malformed', 'newer-version', 'bad-key', 'bad-signature'], ({ input }) => judge(input))
    expect(await judge({})).toBe('taken')
  })

  it('refuses every message', () =>
    judgeCases('messages', messageCases, ['malformed', 'newer-version'], ({ input }) => verdictOf(decodeLinkMessage(input))))

  it('refuses every presence', async () => {
    await judgeCases('presence', presenceCases, ['malformed'], ({ input }) => verdictOf(decodeLinkMessage(input)))
    expect(verdictOf(decodeLinkMessage(goodPresence))).toBe('taken')
  })

  it('refuses every sequence of fragments at its last', () =>
    judgeCases('fragments', fragmentCases, ['malformed'], ({ input }) => {
      const reassembly = createReassembly()
      const verdicts = input.map((fragment) => (reassembly.take(fragment) === 'malformed' ? 'malformed' : 'taken'))
      const early = verdicts.slice(0, -1).indexOf('malformed')
      return early < 0 ? verdicts.at(-1)! : `refused too early, at fragment ${early}`
    }))
})
