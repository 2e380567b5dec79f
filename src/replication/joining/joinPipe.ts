import { concatBytes } from '../../shared/bytes.ts'
import type { Clock, Random } from '../../shared/ports.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Connection } from '../../network/network.ts'
import { createReassembly, fragmentsOf } from '../link/fragments.ts'
import { createFrameInbox } from '../link/frameInbox.ts'
import { decodeHello, encodeHello, joinProto, protocolVersion, type HelloRole } from '../link/hello.ts'
import type { LinkFault } from '../link/linkFault.ts'
import { createFrameOpener, createFrameSealer } from '../link/sealedFrames.ts'
import { bindingBytes, connectionKey, rootKeyOf, startTranscript } from '../link/transcript.ts'

/** A sealed conversation of guest and host, message by message, each bound to everything said before it. */
export interface JoinPipe {
  /** t0: what both hellos, the transport and the invitation hash to. */
  readonly transcript: Uint8Array
  /** Sends a message bound to `transcript`. @returns false where the connection is gone */
  send(message: Uint8Array, transcript: Uint8Array): Promise<boolean>
  /** The next message; it must be bound to `transcript`. */
  receive(transcript: Uint8Array, limits: JoinLimits): Promise<Result<Uint8Array, LinkFault>>
  /** Sets new limits for what is awaited already. */
  allow(limits: JoinLimits): void
  /** New keys for both directions, from a secret that both ends have now (docs/PROTOCOL.md#code); `transcript` is what was said so far. */
  rekey(transcript: Uint8Array, secret: Uint8Array): void
  /** 32 bytes that only the two ends of this connection can make. */
  derive(name: string, fields: Uint8Array): Uint8Array
  close(): void
}

/** How much more may come, and within how many ms. */
export interface JoinLimits {
  readonly maxBytes: number
  readonly deadlineMs: number
}

export interface JoinPipeOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly role: 'guest' | 'host'
  /** 32 bytes. */
  readonly invitationId: Uint8Array
  /** 32 bytes: join psk, known to who has the link and to the host. */
  readonly preSharedKey: Uint8Array
}

const helloDeadlineMs = 10_000
const helloMaxBytes = 1024
/** Who reads nothing for so long is gone: it must not keep its place with the host for ever. */
const drainDeadlineMs = 60_000

/** Says hello in an invitation's room and derives the keys: the guest is the initiator (docs/PROTOCOL.md#join). */
export async function openJoinPipe(connection: Connection, options: JoinPipeOptions): Promise<Result<JoinPipe, LinkFault>> {
  const { crypto, clock, role } = options
  const inbox = createFrameInbox(connection, clock, helloMaxBytes, helloDeadlineMs)
  const peerRole: HelloRole = role === 'guest' ? 'host' : 'guest'

  function end(fault: LinkFault): Result<never, LinkFault> {
    inbox.release()
    connection.close()
    return fail(fault)
  }

  const ephemeral = await crypto.createAgreementKey()
  const hello = encodeHello({ proto: joinProto, role, ephemeral: ephemeral.publicKey }, options.random)
  if (!connection.send(hello)) return end('closed')
  const peerHello = await inbox.next()
  if (peerHello === undefined) return end('timeout')
  const peer = decodeHello(peerHello)
  if (!peer.ok) return end(peer.error)
  if (peer.value.proto !== joinProto || peer.value.role !== peerRole) return end('wrong-kind')
  const shared = await ephemeral.agree(peer.value.ephemeral)
  if (shared === undefined) return end('bad-key')

  const isGuest = role === 'guest'
  const transcript = startTranscript(crypto, {
    proto: joinProto,
    version: protocolVersion,
    binding: bindingBytes(connection, isGuest),
    context: options.invitationId,
    initiatorHello: isGuest ? hello : peerHello,
    responderHello: isGuest ? peerHello : hello,
  })
  const first = rootKeyOf(crypto, transcript, shared, options.preSharedKey)
  let { root, sealer, opener } = keysOf(first)

  function keysOf(secret: Uint8Array) {
    return {
      root: secret,
      sealer: createFrameSealer(crypto, connectionKey(crypto, secret, `join ${role}`)),
      opener: createFrameOpener(crypto, connectionKey(crypto, secret, `join ${peerRole}`)),
    }
  }
  const reassembly = createReassembly()
  /** Sends that wait until the connection takes more. */
  const waiting = new Set<() => void>()
  let closed = false
  connection.onDrain = wakeSenders
  const endInbox = connection.onClose
  connection.onClose = () => {
    closed = true
    endInbox?.()
    wakeSenders()
  }

  async function drained(): Promise<void> {
    const timer = clock.after(drainDeadlineMs, close)
    await new Promise<void>((resolve) => waiting.add(resolve))
    clock.clear(timer)
  }

  function wakeSenders(): void {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  function close(): void {
    closed = true
    wakeSenders()
    inbox.release()
    connection.close()
  }

  return ok({
    transcript,
    async send(message, bound) {
      for (const fragment of fragmentsOf(message, 'urgent')) {
        const frame = await sealer.seal(fragment, bound)
        while (!closed && !connection.send(frame)) {
          if (connection.canSend()) return false
          await drained()
        }
      }
      return !closed
    },
    allow: ({ maxBytes, deadlineMs }) => inbox.allow(maxBytes, deadlineMs),
    rekey(bound, secret) {
      ;({ root, sealer, opener } = keysOf(crypto.hkdfExtract(bound, concatBytes(root, secret))))
    },
    derive: (name, fields) => connectionKey(crypto, root, name, fields),
    async receive(bound, { maxBytes, deadlineMs }) {
      inbox.allow(maxBytes, deadlineMs)
      for (;;) {
        const frame = await inbox.next()
        if (frame === undefined) return fail(closed ? 'closed' : 'timeout')
        const fragment = await opener.open(frame, bound)
        if (fragment === undefined) return fail('insecure-peer')
        const message = reassembly.take(fragment)
        if (message === 'malformed') return fail('malformed')
        if (message !== undefined) return ok(message)
      }
    },
    close,
  })
}
