import { concatBytes, equalBytes } from '../../shared/bytes.ts'
import { decode, Writer, type Reader } from '../../shared/encoding.ts'
import { hasUnknownRequired, noExtensions, readExtensions, writeExtensions } from '../../shared/extensions.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort, SigningKey } from '../../crypto/cryptoPort.ts'
import { labelledHash, labelledSign, labelledVerify } from '../../crypto/labels.ts'
import { decodeDeviceRecord, deviceRecordBytes, encodeDeviceRecord, type DeviceRecord } from '../../identity/record.ts'
import { maxOperationBytes } from '../../access/operation.ts'
import { sealedKeyBytes } from '../../access/keys/sealedKey.ts'
import type { FeedKey } from '../../feed/graph/blockGraph.ts'
import { feedKeyOf, parseFeedKey } from '../../feed/feedKey.ts'
import { maxWrongCodes } from './codeMessages.ts'
import type { LinkFault } from '../link/linkFault.ts'

/**
 * The conversation of guest and host (docs/PROTOCOL.md#join); `t0`, `t1`, `t2` are the transcript before, between and after ask and answer:
 * ```
 * ask    = 30 · sign 32 · seal 32 · identity 32 · list(8) record 256 · consent 64 · done u8 · str(64) name · ext · proof 64 · own 64
 * answer = 31 · device 32 · identity 32 · flags u8 · tries left u8 · str(64) name · ext · sig 64
 * log    = 38 · list bytes operation
 * end    = 39 · list(16) (key id 32 · sealed 80) · list content head (device 32 · slot 4 · seq uint) · ext
 * done   = 3a
 * flags  = 1 code · 2 approval · 4 already a member · 8 compare · 32 code passed before
 * ```
 * A new device of the host's person has neither identity nor records nor consent: zeros, none, zeros.
 * Between answer and log: codeMessages.ts, pairingMessages.ts.
 */
export interface Ask {
  /** From the root key down to the guest's device, which comes last; none of a new device. */
  readonly records: readonly DeviceRecord[]
  /** A device that has no identity yet, and asks to be one of the host's person's. */
  readonly newDevice?: NewDevice
  readonly consent: Uint8Array
  /** The guest has checked this host's tag before, over another connection. */
  readonly codeDone: boolean
  readonly name: string
}

/** The public keys of a device that belongs to nobody yet. */
export type NewDevice = Pick<DeviceRecord, 'sign' | 'seal'>

export interface Answer {
  readonly device: Uint8Array
  readonly identity: Uint8Array
  readonly alreadyMember: boolean
  /** `required`: the guest has to show that it knows the code; `passed`: it did so over an earlier connection. */
  readonly code: 'none' | 'required' | 'passed'
  /** Somebody decides before anything is admitted. */
  readonly approval: boolean
  /** Both ends show digits, and their person says whether they are the same. */
  readonly compare?: true
  /** Wrong codes that the invitation still bears, 0 to 3; 0 without a code. */
  readonly triesLeft: number
  /** Nothing but a refusal follows; the answer says whose it is. */
  readonly isRefusal: boolean
  readonly name: string
}

export interface End {
  readonly keys: readonly { readonly id: Uint8Array; readonly sealed: Uint8Array }[]
  /** What the host's feeds held: the guest is ready when it has as much. */
  readonly content: readonly ContentHead[]
}

export interface ContentHead {
  readonly feed: FeedKey
  readonly seq: number
}

export const joinTypes = { ask: 0x30, answer: 0x31, log: 0x38, end: 0x39, done: 0x3a } as const

const maxRecords = 8
const maxNameBytes = 64
const maxKeys = 16
/** Feeds whose newest blocks a first sync can wait for. */
export const maxContentHeads = 16_384
const flag = { code: 1, approval: 2, alreadyMember: 4, compare: 8, codePassed: 32, refusal: 64 } as const
/** Another flag asks for a step that this version does not know. */
const knownFlags = 111

const noIdentity = new Uint8Array(32)
/** In the place of the consent: the `self` of a new device's record says as much. */
export const noConsent = new Uint8Array(64)

/** The device that asks; its identity is zeros where it has none yet. */
export function askingDevice({ records, newDevice }: Pick<Ask, 'records' | 'newDevice'>): Pick<DeviceRecord, 'identity' | 'sign' | 'seal'> {
  return newDevice === undefined ? records.at(-1)! : { identity: noIdentity, ...newDevice }
}

export async function createAsk(
  crypto: CryptoPort,
  ask: Ask,
  transcript: Uint8Array,
  invitation: SigningKey,
  device: SigningKey,
): Promise<Uint8Array> {
  const { sign, seal, identity } = askingDevice(ask)
  const writer = new Writer()
    .fixed(sign)
    .fixed(seal)
    .fixed(identity)
    .list(ask.records, (entry, w) => w.fixed(encodeDeviceRecord(entry)))
    .fixed(ask.consent)
    .u8(ask.codeDone ? 1 : 0)
    .string(ask.name)
  writeExtensions(writer, noExtensions)
  const body = writer.finish()
  const proof = await labelledSign(invitation, 'join proof', transcript, labelledHash(crypto, 'body', body))
  const own = await labelledSign(device, 'join ask', transcript, labelledHash(crypto, 'body', body, proof))
  return concatBytes(Uint8Array.of(joinTypes.ask), body, proof, own)
}

/**
 * Reads an ask and verifies that the sender holds the link and its device key. The record's certificates and the consent are the log's to judge.
 * @param of who is expected: somebody's device, or one that is to become the host's person's
 */
export async function readAsk(
  crypto: CryptoPort,
  bytes: Uint8Array,
  transcript: Uint8Array,
  invitationId: Uint8Array,
  of: 'member' | 'new-device' = 'member',
): Promise<Result<Ask, LinkFault>> {
  const decoded = decode(bytes, (reader) => readAskFields(reader, of))
  if (!decoded.ok) return fail('malformed')
  const { ask, sign, required, proof, own } = decoded.value
  if (required) return fail('newer-version')
  const body = bytes.subarray(1, bytes.length - 128)
  const holdsLink = await labelledVerify(crypto, invitationId, proof, 'join proof', transcript, labelledHash(crypto, 'body', body))
  const holdsDevice = await labelledVerify(crypto, sign, own, 'join ask', transcript, labelledHash(crypto, 'body', body, proof))
  return holdsLink && holdsDevice ? ok(ask) : fail('bad-signature')
}

function readAskFields(reader: Reader, of: 'member' | 'new-device') {
  if (reader.u8() !== joinTypes.ask) reader.refuse()
  const sign = reader.fixed(32)
  const seal = reader.fixed(32)
  const identity = reader.fixed(32)
  const records = reader.list(maxRecords, () => {
    const record = decodeDeviceRecord(reader.fixed(deviceRecordBytes))
    return record.ok ? record.value : reader.refuse()
  })
  const consent = reader.fixed(64)
  const named = of === 'member' ? { records } : { records, newDevice: { sign, seal } }
  if (records.length === 0 && of === 'member') reader.refuse()
  if (of === 'new-device' && (records.length > 0 || !equalBytes(consent, noConsent))) reader.refuse()
  const last = askingDevice(named)
  if (!equalBytes(last.sign, sign) || !equalBytes(last.seal, seal) || !equalBytes(last.identity, identity)) reader.refuse()
  const done = reader.u8()
  if (done > 1) reader.refuse()
  const ask: Ask = { ...named, consent, codeDone: done === 1, name: reader.string(maxNameBytes) }
  return { ask, sign, required: hasUnknownRequired(readExtensions(reader)), proof: reader.fixed(64), own: reader.fixed(64) }
}

export async function createAnswer(crypto: CryptoPort, answer: Answer, transcript: Uint8Array, device: SigningKey): Promise<Uint8Array> {
  const writer = new Writer().fixed(answer.device).fixed(answer.identity).u8(flagsOf(answer)).u8(answer.triesLeft).string(answer.name)
  writeExtensions(writer, noExtensions)
  const body = writer.finish()
  const signature = await labelledSign(device, 'join answer', transcript, labelledHash(crypto, 'body', body))
  return concatBytes(Uint8Array.of(joinTypes.answer), body, signature)
}

export async function readAnswer(crypto: CryptoPort, bytes: Uint8Array, transcript: Uint8Array): Promise<Result<Answer, LinkFault>> {
  const decoded = decode(bytes, readAnswerFields)
  if (!decoded.ok) return fail('malformed')
  const { answer, required, signature } = decoded.value
  if (required) return fail('newer-version')
  const body = bytes.subarray(1, bytes.length - 64)
  const good = await labelledVerify(crypto, answer.device, signature, 'join answer', transcript, labelledHash(crypto, 'body', body))
  return good ? ok(answer) : fail('bad-signature')
}

function readAnswerFields(reader: Reader) {
  if (reader.u8() !== joinTypes.answer) reader.refuse()
  const device = reader.fixed(32)
  const identity = reader.fixed(32)
  const flags = reader.u8()
  const triesLeft = reader.u8()
  const [asksCode, passed] = [(flags & flag.code) !== 0, (flags & flag.codePassed) !== 0]
  if (triesLeft > maxWrongCodes || (asksCode && passed)) reader.refuse()
  const answer: Answer = {
    device,
    identity,
    alreadyMember: (flags & flag.alreadyMember) !== 0,
    code: asksCode ? 'required' : passed ? 'passed' : 'none',
    approval: (flags & flag.approval) !== 0,
    ...((flags & flag.compare) !== 0 && { compare: true as const }),
    isRefusal: (flags & flag.refusal) !== 0,
    triesLeft,
    name: reader.string(maxNameBytes),
  }
  const isNewer = hasUnknownRequired(readExtensions(reader)) || (flags & ~knownFlags) !== 0
  return { answer, required: isNewer, signature: reader.fixed(64) }
}

function flagsOf({ code, approval, compare, alreadyMember, isRefusal }: Answer): number {
  const codeFlag = code === 'required' ? flag.code : code === 'passed' ? flag.codePassed : 0
  const steps = codeFlag | (approval ? flag.approval : 0) | (compare ? flag.compare : 0)
  return steps | (alreadyMember ? flag.alreadyMember : 0) | (isRefusal ? flag.refusal : 0)
}

export function encodeLog(operations: readonly Uint8Array[]): Uint8Array {
  return new Writer()
    .u8(joinTypes.log)
    .list(operations, (operation, writer) => writer.bytes(operation))
    .finish()
}

export function decodeLog(bytes: Uint8Array): Result<readonly Uint8Array[], LinkFault> {
  const decoded = decode(bytes, (reader) => {
    if (reader.u8() !== joinTypes.log) reader.refuse()
    return reader.list(65_536, () => reader.bytes(maxOperationBytes))
  })
  return decoded.ok ? decoded : fail('malformed')
}

export function encodeEnd(end: End): Uint8Array {
  const writer = new Writer()
    .u8(joinTypes.end)
    .list(end.keys, ({ id, sealed }, w) => w.fixed(id).fixed(sealed))
    .list(end.content.slice(0, maxContentHeads), ({ feed, seq }, w) => {
      const { device, slot } = parseFeedKey(feed)!
      w.fixed(device).u32(slot).uint(seq)
    })
  writeExtensions(writer, noExtensions)
  return writer.finish()
}

export function decodeEnd(bytes: Uint8Array): Result<End, LinkFault> {
  const decoded = decode(bytes, (reader) => {
    if (reader.u8() !== joinTypes.end) reader.refuse()
    const end: End = {
      keys: reader.list(maxKeys, () => ({ id: reader.fixed(32), sealed: reader.fixed(sealedKeyBytes) })),
      content: reader.list(maxContentHeads, () => ({ feed: feedKeyOf(reader.fixed(32), reader.u32()), seq: reader.uint() })),
    }
    return { end, required: hasUnknownRequired(readExtensions(reader)) }
  })
  if (!decoded.ok) return fail('malformed')
  return decoded.value.required ? fail('newer-version') : ok(decoded.value.end)
}
