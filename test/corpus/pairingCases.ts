import { concatBytes, utf8 } from '../../src/shared/bytes.ts'
import { Writer } from '../../src/shared/encoding.ts'
import type { PairingMessage } from '../../src/replication/joining/pairingMessages.ts'
import { truncations } from './judgeCases.ts'
import type { MalformedCase } from './malformedCase.ts'

const filled = (value: number, length: number): Uint8Array => new Uint8Array(length).fill(value)

/* Messages: `commit = 3b · hash 32`, `nonce = 3c · nonce 16`, `reveal = 3d · nonce 16`, `confirm = 3e · self 64`, each read as the one that is expected. */

export interface ExpectedMessage {
  readonly kind: PairingMessage['kind']
  readonly bytes: Uint8Array
}

const forms = { commit: [0x3b, 32], nonce: [0x3c, 16], reveal: [0x3d, 16], confirm: [0x3e, 64] } as const
const kinds = ['commit', 'nonce', 'reveal', 'confirm'] as const

/** What the others are made of. */
export const goodPairingMessage = (kind: ExpectedMessage['kind']): Uint8Array =>
  concatBytes(Uint8Array.of(forms[kind][0]), filled(9, forms[kind][1]))

export const pairingMessageCases: readonly MalformedCase<ExpectedMessage>[] = kinds.flatMap((kind) => [
  ...truncations(goodPairingMessage(kind), 'malformed').map(({ name, code, input }) => ({
    name: `${kind} ${name}`,
    code,
    input: { kind, bytes: input },
  })),
  { name: `${kind} with a byte behind it`, code: 'malformed', input: { kind, bytes: Uint8Array.of(...goodPairingMessage(kind), 0) } },
  ...kinds
    .filter((other) => other !== kind)
    .map((other) => ({ name: `${other} in the place of ${kind}`, code: 'malformed', input: { kind, bytes: goodPairingMessage(other) } })),
  { name: `pending in the place of ${kind}`, code: 'malformed', input: { kind, bytes: Uint8Array.of(0x37) } },
  { name: `a refusal in the place of ${kind}`, code: 'malformed', input: { kind, bytes: Uint8Array.of(0x3f, 1, 0) } },
])

/*
 * Asks of a new device: `30 · sign 32 · seal 32 · identity 32 zeros · no records · consent 64 zeros · done u8 · string(64) name · ext · proof 64 · own 64`;
 * signed properly by the judge.
 */

export interface NewDeviceAsk {
  readonly identity?: number
  readonly consent?: number
  /** Records of somebody who has an identity. */
  readonly records?: number
  readonly claimedRecords?: number
  readonly done?: number
  readonly name?: Uint8Array
  readonly extensions?: readonly number[]
  readonly proofBy?: 'link' | 'stranger'
  readonly ownBy?: 'device' | 'stranger'
  readonly spoil?: (bytes: Uint8Array) => Uint8Array
}

const ask = (name: string, code: string, input: NewDeviceAsk): MalformedCase<NewDeviceAsk> => ({ name, code, input })

export const newDeviceAskCases: readonly MalformedCase<NewDeviceAsk>[] = [
  ask('an identity of its own', 'malformed', { identity: 1 }),
  ask('a consent to a space', 'malformed', { consent: 1 }),
  ask('a record', 'malformed', { records: 1 }),
  ask('nine records', 'malformed', { records: 9 }),
  ask('a record that is not there', 'malformed', { claimedRecords: 1 }),
  ask('done by halves', 'malformed', { done: 2 }),
  ask('a name that is too long', 'malformed', { name: filled(65, 65) }),
  ask('a name that is no text', 'malformed', { name: Uint8Array.of(0xff) }),
  ask('a field twice', 'malformed', { extensions: [3, 3] }),
  ask('a field that must be known', 'newer-version', { extensions: [2] }),
  ask('cut in its name', 'malformed', { spoil: (bytes) => bytes.slice(0, 165) }),
  ask('a byte behind the end', 'malformed', { spoil: (bytes) => Uint8Array.of(...bytes, 0) }),
  ask('a proof by who has not the secret', 'bad-signature', { proofBy: 'stranger' }),
  ask("signed with another's device", 'bad-signature', { ownBy: 'stranger' }),
  ask('another sealing key put in afterwards', 'bad-signature', { spoil: (bytes) => bytes.with(40, bytes[40]! ^ 1) }),
]

/** The body of an ask, but for its signatures. */
export function newDeviceAskBody(
  { identity = 0, consent = 0, records = 0, claimedRecords = records, done = 0, name = utf8('Phone'), extensions = [] }: NewDeviceAsk,
  sign: Uint8Array,
  seal: Uint8Array,
): Uint8Array {
  const writer = new Writer().fixed(sign).fixed(seal).fixed(filled(identity, 32)).uint(claimedRecords)
  const record = concatBytes(filled(identity, 32), sign, seal, filled(7, 32), filled(8, 128))
  for (let i = 0; i < records; i++) writer.fixed(record)
  return writer
    .fixed(filled(consent, 64))
    .u8(done)
    .bytes(name)
    .list(extensions, (tag, w) => w.uint(tag).bytes(new Uint8Array(0)))
    .finish()
}
