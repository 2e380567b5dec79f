import type { DeviceId, IdentityId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import { createLink, type Link } from './link.ts'
import type { LinkFault } from './linkFault.ts'
import { decodeLinkMessage, portionsOf } from './linkMessages.ts'
import type { SecureChannel } from './linkHandshake.ts'

/** What may be said before proof is over: operations, so that the log can come to name the peer. */
export interface MembershipProof {
  /** The link while it is being proven; gets operations that are new here. */
  readonly link: Link
  /** Why there is no member at the other end; the channel is the caller's to close. Never rejects, and is silent after `onMember`. */
  readonly failed: Promise<LinkFault>
}

const deadlineMs = 10_000
/** What a notice takes to arrive. */
const noticeMs = 1_000

/**
 * Exchanges operations with a peer whose device key is proven, until the log names that device. Once the peer is ready, operations flow both
 * ways; before, the peer may still be verifying our proof, and takes no more than a few bytes.
 * A device that was a member gets the operations that ended it and what they rest on, and nothing else.
 *
 * @param options.isOlder whether the room's key is not the newest: whoever was removed may hold it, so a device that the log does not name gets nothing there
 * @param onMember called in the task in which the peer turns out to be a member: the channel's handlers are the caller's from then on
 */
export function proveMembership(
  { channel, device, heads }: Pick<SecureChannel, 'channel' | 'heads'> & { readonly device: DeviceId },
  options: {
    readonly log: MembershipLog
    readonly clock: Clock
    readonly isOlder: boolean
    readonly onMember: (identity: IdentityId) => void
  },
): MembershipProof {
  const { log, clock } = options
  const link = createLink(channel, undefined)
  let ready = false
  let hasSaid = false
  let over = false
  let fail: (fault: LinkFault) => void = () => {}
  const failed = new Promise<LinkFault>((resolve) => {
    fail = resolve
  })
  const timer = clock.after(deadlineMs, () => end(ready ? 'unknown-device' : 'timeout'))
  const stop = log.state.subscribe(check)

  channel.onClose = () => end('closed')
  channel.onMessage = async (bytes) => {
    const message = decodeLinkMessage(bytes)
    if (!message.ok) return end(message.error)
    switch (message.value.type) {
      case 'ready':
        onReady()
        break
      case 'ops':
        for (const operation of message.value.operations) await log.add(operation)
        break
      case 'ping':
      case 'unknown':
        break
      default:
        return end('unknown-device')
    }
    check()
  }
  link.send({ type: 'ready' })

  function onReady(): void {
    if (ready) return
    ready = true
    // Whatever it says it knows already: an ended device gets no more than that.
    if (log.endsAgainst(device).length > 0) {
      for (const operations of portionsOf(log.endsAgainst(device, heads))) link.send({ type: 'ops', operations })
      clock.after(noticeMs, () => end('removed'))
    } else if (!options.isOlder) say()
  }

  function say(): void {
    hasSaid = true
    for (const operations of portionsOf(log.missingFor(heads))) link.send({ type: 'ops', operations })
  }

  function check(): void {
    const member = log.device(device)?.member
    if (ready && member !== undefined) end(member)
  }

  /** What was read when the link came up, or when it ended, may be judged afterwards: only the first end counts. */
  function end(outcome: LinkFault | { readonly identity: IdentityId }): void {
    if (over) return
    over = true
    clock.clear(timer)
    stop()
    if (typeof outcome === 'string') return fail(outcome)
    if (!hasSaid) say()
    options.onMember(outcome.identity)
  }

  return {
    link: { ...link, send: (message, priority) => hasSaid && link.send(message, priority) },
    failed,
  }
}
