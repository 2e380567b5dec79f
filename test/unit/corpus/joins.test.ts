import { describe, expect, it } from 'vitest'
import { parseInvitation } from '../../../src/access/invitations/invitation.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { labelledHash, labelledSign } from '../../../src/crypto/labels.ts'
import { encodeDeviceRecord } from '../../../src/identity/record.ts'
import { decodeCodeMessage } from '../../../src/replication/joining/codeMessages.ts'
import { decodeEnd, decodeLog, readAnswer, readAsk } from '../../../src/replication/joining/joinMessages.ts'
import { decodeRefusal } from '../../../src/replication/refusal.ts'
import { concatBytes, utf8 } from '../../../src/shared/bytes.ts'
import { Writer } from '../../../src/shared/encoding.ts'
import {
  answerCases,
  askCases,
  codeCases,
  endCases,
  goodEnd,
  goodLog,
  inviteLinkCases,
  linkText,
  logCases,
  refusalCases,
  type AnswerParts,
  type AskParts,
} from '../../corpus/joinCases.ts'
import { judgeCases } from '../../corpus/judgeCases.ts'
import { createPerson } from '../access/people.ts'

const verdictOf = (result: { readonly ok: boolean; readonly error?: string }): string => result.error ?? 'taken'
const transcriptOf = (value = 7) => new Uint8Array(32).fill(value)

describe('the corpus of malformed joins', () => {
  it('refuses every link', async () => {
    const crypto = await createWebCrypto()
    const codes = ['invitation-malformed', 'invitation-wrong-app', 'invitation-newer-version']
    const judge = (text: string): string => {
      const result = parseInvitation(crypto, 'test', text)
      return result.ok ? 'taken' : result.error.code
    }
    await judgeCases('invitation links', inviteLinkCases, codes, ({ input }) => judge(linkText(crypto, input)))
    expect(judge(linkText(crypto, {}))).toBe('taken')
    expect(
      judge(
        linkText(crypto, {
          extensions: [
            [0x1b, new Uint8Array(8)],
            [0x1d, new Uint8Array(0)],
          ],
        }),
      ),
    ).toBe('taken')
  })

  it('refuses every ask, though it is signed properly', async () => {
    const crypto = await createWebCrypto()
    const [guest, stranger] = [await createPerson(crypto), await createPerson(crypto)]
    const invitation = await crypto.createSigningKey()

    async function askOf({
      records = 1,
      done = 0,
      name = utf8('Zed'),
      extensions = [],
      proofBy = 'link',
      ownBy = 'device',
      ...rest
    }: AskParts) {
      const { record } = guest
      const writer = new Writer()
        .fixed(rest.sign ?? record.sign)
        .fixed(rest.seal ?? record.seal)
        .fixed(rest.identity ?? record.identity)
        .uint(rest.claimedRecords ?? records)
      for (let i = 0; i < records; i++) writer.fixed(encodeDeviceRecord(record))
      writer.fixed(new Uint8Array(64)).u8(done).bytes(name)
      const body = writer
        .list(extensions, (tag, w) => w.uint(tag).bytes(new Uint8Array(0)))
        .fixed(rest.behind ?? new Uint8Array(0))
        .finish()
      const keys = { link: invitation, device: guest.signing, stranger: stranger.signing }
      const said = transcriptOf(rest.transcript)
      const proof = await labelledSign(keys[proofBy], 'join proof', said, labelledHash(crypto, 'body', body))
      const own = await labelledSign(keys[ownBy], 'join ask', said, labelledHash(crypto, 'body', body, proof))
      const bytes = concatBytes(Uint8Array.of(rest.type ?? 0x30), body, proof, own)
      return rest.spoil?.(bytes) ?? bytes
    }
    const judge = async (parts: AskParts) => verdictOf(await readAsk(crypto, await askOf(parts), transcriptOf(), invitation.publicKey))

    await judgeCases('asks', askCases, ['malformed', 'newer-version', 'bad-signature'], ({ input }) => judge(input))
    expect(await judge({})).toBe('taken')
    expect(await judge({ extensions: [3, 5], name: new Uint8Array(64).fill(65) })).toBe('taken')
  })

  it('refuses every answer, though it is signed properly', async () => {
    const crypto = await createWebCrypto()
    const host = await createPerson(crypto)

    async function answerOf({ flags = 0, triesLeft = 0, name = utf8('Ann'), extensions = [], ...rest }: AnswerParts) {
      const body = new Writer()
        .fixed(rest.device ?? host.record.sign)
        .fixed(host.record.identity)
        .u8(flags)
        .u8(triesLeft)
        .bytes(name)
        .list(extensions, (tag, w) => w.uint(tag).bytes(new Uint8Array(0)))
        .fixed(rest.behind ?? new Uint8Array(0))
        .finish()
      const signature = await labelledSign(host.signing, 'join answer', transcriptOf(rest.transcript), labelledHash(crypto, 'body', body))
      const bytes = concatBytes(Uint8Array.of(rest.type ?? 0x31), body, signature)
      return rest.spoil?.(bytes) ?? bytes
    }
    const judge = async (parts: AnswerParts) => verdictOf(await readAnswer(crypto, await answerOf(parts), transcriptOf()))

    await judgeCases('answers', answerCases, ['malformed', 'newer-version', 'bad-signature'], ({ input }) => judge(input))
    for (const flags of [0, 1, 2, 4, 32, 64]) expect(await judge({ flags })).toBe('taken')
  })

  it('refuses every other message', async () => {
    await judgeCases('logs', logCases, ['malformed'], ({ input }) => verdictOf(decodeLog(input)))
    await judgeCases('ends', endCases, ['malformed', 'newer-version'], ({ input }) => verdictOf(decodeEnd(input)))
    const codeOf = (taken: unknown): string => (taken === undefined ? 'malformed' : 'taken')
    await judgeCases('code messages', codeCases, ['malformed'], ({ input }) => codeOf(decodeCodeMessage(input.kind, input.bytes)))
    await judgeCases('refusals', refusalCases, ['malformed'], ({ input }) => codeOf(decodeRefusal(input)))
    expect([verdictOf(decodeLog(goodLog)), verdictOf(decodeEnd(goodEnd))]).toEqual(['taken', 'taken'])
    // A reason that is not made yet is a refusal all the same.
    expect(decodeRefusal(Uint8Array.of(0x3f, 99, 0))).toBe('denied')
  })
})
