import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import { decodeBlock } from '../../feed/block.ts'
import { decodeHeader } from '../../feed/header.ts'
import type { DeviceQuotas } from '../../feed/deviceQuotas.ts'
import type { BlockReceiver, ReceiveOutcome } from '../../feed/blockReceiver.ts'

/** Something about a member's device that keeps its blocks, or its link, from being taken as usual. */
export interface SpaceFinding {
  /**
   * `block-refused`: it passed on a block that breaks a rule · `peer-over-quota`: it sends more than its share, and what it wrote comes with a delay ·
   * `peer-muted`: nothing of it is taken but what others build on · `peer-barred`: its link was closed for what it sent.
   */
  readonly code: 'block-refused' | 'peer-over-quota' | 'peer-muted' | 'peer-barred'
  /** One English sentence, or two. */
  readonly message: string
  readonly device: DeviceId
  /** Undefined where the device is no member's any more. */
  readonly identity: IdentityId | undefined
  /** Whom a refused block names as its author, which may be anybody: nothing of it is proven. Undefined where it names nobody, and of other findings. */
  readonly claimedAuthor: IdentityId | undefined
  /** How often; of blocks that wait, how many. */
  readonly count: number
  /** Milliseconds since the Unix epoch at which it was last so. */
  readonly timeMs: number
}

/** What is unusual about the devices of a space, newest last: at most 50 past events, and what is so now. */
export interface SpaceDiagnostics {
  readonly findings: Readable<readonly SpaceFinding[]>
  /** @param block as it came, where it came by itself */
  noteRefused(outcome: Extract<ReceiveOutcome, { status: 'refused' }>, from: DeviceId, block: Uint8Array | undefined): void
  noteBarred(device: DeviceId, ms: number): void
  dispose(): void
}

const maxPast = 50

export function createSpaceDiagnostics(options: {
  readonly clock: Clock
  readonly log: MembershipLog
  readonly receiver: Pick<BlockReceiver, 'delayed' | 'queued'>
  readonly quotas: Pick<DeviceQuotas, 'muted'>
}): SpaceDiagnostics {
  const { clock, log, receiver, quotas } = options
  const findings = createWritable<readonly SpaceFinding[]>([])
  let past: readonly SpaceFinding[] = []
  let present: readonly SpaceFinding[] = []
  const stops = [receiver.delayed.subscribe(look), quotas.muted.subscribe(look)]

  function finding(code: SpaceFinding['code'], device: DeviceId, message: string, count: number, claimedAuthor?: IdentityId): SpaceFinding {
    return { code, message, device, identity: log.device(device)?.member.identity, claimedAuthor, count, timeMs: clock.now() }
  }

  function look(): void {
    const muted = [...quotas.muted.get()].map(([device, by]) => finding('peer-muted', device, mutedMessages[by], receiver.queued(device)))
    const delayed = [...receiver.delayed.get()].filter((device) => !quotas.muted.get().has(device))
    const slow = delayed.map((device) => finding('peer-over-quota', device, overQuota, receiver.queued(device)))
    present = [...muted, ...slow]
    findings.set([...past, ...present])
  }

  function note(code: SpaceFinding['code'], device: DeviceId, message: string, claimedAuthor?: IdentityId): void {
    const same = past.find((other) => other.code === code && other.device === device && other.message === message)
    past = [
      ...past.filter((other) => other !== same).slice(1 - maxPast),
      finding(code, device, message, (same?.count ?? 0) + 1, claimedAuthor),
    ]
    findings.set([...past, ...present])
  }

  return {
    findings,
    noteRefused({ layer, reason }, from, block) {
      const message = `A block that this device passed on breaks a rule (${layer}: ${reason}) and was not taken in.`
      note('block-refused', from, message, block && authorNamedIn(block))
    },
    noteBarred(device, ms) {
      note('peer-barred', device, `This device sent too much that breaks the rules; its link was closed for ${Math.ceil(ms / 1000)} s.`)
    },
    dispose() {
      for (const stop of stops) stop()
    },
  }
}

function authorNamedIn(bytes: Uint8Array): IdentityId | undefined {
  const block = decodeBlock(bytes)
  const header = block.ok ? decodeHeader(block.value.header) : block
  return header.ok ? toId<IdentityId>(header.value.identity) : undefined
}

const overQuota = 'This device writes more than its share, so its blocks come in later; nothing is lost, and nobody else waits.'

const mutedMessages = {
  user: 'You muted this member: of what they write only what others build on is taken in. Unmute them to get the rest.',
  rules: 'This device was muted because blocks that it signed broke the rules again and again. Unmute its owner to take in what it writes.',
}
