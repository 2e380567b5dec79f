import { compareBytes, concatBytes, equalBytes } from '../../shared/bytes.ts'
import { idBytes, type SpaceId } from '../../shared/ids.ts'
import type { Clock, Random } from '../../shared/ports.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Connection } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { linkPsk } from '../../access/keys/epochKeys.ts'
import type { EpochKey } from '../../access/keys/keyRing.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import { createAuthMessage, readAuthMessage, type AuthMessage, type Side } from './authMessage.ts'
import { createChannel, type Channel } from './channel.ts'
import { createFrameInbox, type FrameInbox } from './frameInbox.ts'
import { decodeHello, encodeHello, linkProto, protocolVersion } from './hello.ts'
import type { LinkFault } from './linkFault.ts'
import { createFrameOpener, createFrameSealer } from './sealedFrames.ts'
import { bindingBytes, connectionKey, nextTranscript, rootKeyOf, startTranscript } from './transcript.ts'

/**
 * The handshake of two members (docs/PROTOCOL.md#link-handshake). Both say hello at once; the smaller ephemeral key is the initiator. Keys come
 * from the ephemeral X25519 secret and the epoch key, over a transcript of both hellos, the transport's certificates, space and epoch;
 * then each device signs the transcript, sealed. Anyone without the epoch key, in the middle, or replaying, ends with keys that do not fit, and
 * has seen no head, no name, no device.
 */
export interface LinkHandshakeOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  readonly space: SpaceId
  readonly key: EpochKey
  readonly log: MembershipLog
}

/** A peer that holds the epoch key and proved its device key. Whether it is a member, the log says. */
export interface SecureChannel {
  readonly device: Uint8Array
  /** Heads of the peer's membership log. */
  readonly heads: readonly Uint8Array[]
  readonly channel: Channel
  /** 32 bytes that both ends share and nobody else, to bind further steps to this link. */
  readonly exporter: Uint8Array
}

const maxBytesBeforeProof = 16_384
const deadlineMs = 10_000

export async function linkHandshake(connection: Connection, options: LinkHandshakeOptions): Promise<Result<SecureChannel, LinkFault>> {
  const inbox = createFrameInbox(connection, options.clock, maxBytesBeforeProof, deadlineMs)
  const result = await exchange(connection, inbox, options)
  if (!result.ok) {
    inbox.release()
    connection.close()
  }
  return result
}

async function exchange(
  connection: Connection,
  inbox: FrameInbox,
  options: LinkHandshakeOptions,
): Promise<Result<SecureChannel, LinkFault>> {
  const { crypto, identity, log, key, space } = options
  const ephemeral = await crypto.createAgreementKey()
  const hello = encodeHello({ proto: linkProto, role: 'member', ephemeral: ephemeral.publicKey }, options.random)
  if (!connection.send(hello)) return fail('closed')
  const peerHello = await inbox.next()
  if (peerHello === undefined) return fail('timeout')
  const peer = decodeHello(peerHello)
  if (!peer.ok) return peer
  if (peer.value.proto !== linkProto || peer.value.role !== 'member') return fail('wrong-kind')
  if (equalBytes(peer.value.ephemeral, ephemeral.publicKey)) return fail('reflected')

  const side: Side = compareBytes(ephemeral.publicKey, peer.value.ephemeral) < 0 ? 'initiator' : 'responder'
  const peerSide: Side = side === 'initiator' ? 'responder' : 'initiator'
  const shared = await ephemeral.agree(peer.value.ephemeral)
  if (shared === undefined) return fail('bad-key')
  const [initiatorHello, responderHello] = side === 'initiator' ? [hello, peerHello] : [peerHello, hello]
  const spaceBytes = idBytes(space)
  const t0 = startTranscript(crypto, {
    proto: linkProto,
    version: protocolVersion,
    binding: bindingBytes(connection, side === 'initiator'),
    context: concatBytes(spaceBytes, key.id),
    initiatorHello,
    responderHello,
  })
  const root = rootKeyOf(crypto, t0, shared, linkPsk(crypto, spaceBytes, key.key))
  const sealer = createFrameSealer(crypto, connectionKey(crypto, root, `handshake ${side}`))
  const opener = createFrameOpener(crypto, connectionKey(crypto, root, `handshake ${peerSide}`))

  async function prove(transcript: Uint8Array): Promise<Uint8Array | undefined> {
    const frame = await sealer.seal(await createAuthMessage(crypto, identity.signing, side, transcript, log.heads()), transcript)
    return connection.send(frame) ? frame : undefined
  }

  async function check(transcript: Uint8Array): Promise<Result<{ auth: AuthMessage; frame: Uint8Array }, LinkFault>> {
    const frame = await inbox.next()
    if (frame === undefined) return fail('timeout')
    const message = await opener.open(frame, transcript)
    if (message === undefined) return fail('insecure-peer')
    const auth = await readAuthMessage(crypto, message, peerSide, transcript)
    if (!auth.ok) return auth
    return equalBytes(auth.value.device, identity.signing.publicKey) ? fail('reflected') : ok({ auth: auth.value, frame })
  }

  let peerAuth: AuthMessage
  let t2: Uint8Array
  if (side === 'initiator') {
    const mine = await prove(t0)
    if (mine === undefined) return fail('closed')
    const t1 = nextTranscript(crypto, t0, mine)
    const theirs = await check(t1)
    if (!theirs.ok) return theirs
    peerAuth = theirs.value.auth
    t2 = nextTranscript(crypto, t1, theirs.value.frame)
  } else {
    const theirs = await check(t0)
    if (!theirs.ok) return theirs
    peerAuth = theirs.value.auth
    const t1 = nextTranscript(crypto, t0, theirs.value.frame)
    const mine = await prove(t1)
    if (mine === undefined) return fail('closed')
    t2 = nextTranscript(crypto, t1, mine)
  }

  const channel = createChannel(
    connection,
    {
      sealer: createFrameSealer(crypto, connectionKey(crypto, root, `traffic ${side}`)),
      opener: createFrameOpener(crypto, connectionKey(crypto, root, `traffic ${peerSide}`)),
    },
    inbox.release(),
  )
  return ok({ ...peerAuth, channel, exporter: connectionKey(crypto, root, 'exporter', t2) })
}
