import { compareBytes, toHex } from '../../shared/bytes.ts'
import type { Clock, Random, Timer } from '../../shared/ports.ts'
import type { Backoff } from '../backoff.ts'
import type { BaseConnection } from '../baseConnection.ts'
import { drawBetween } from '../chance.ts'
import type { FindingLog } from '../findingLog.ts'
import type { Counted } from './census.ts'
import { readFingerprints, type FingerprintSource } from './fingerprint.ts'
import { WebrtcConnection, type FrameChannel } from './webrtcConnection.ts'

// Random, so that two ends that gave up do not try again in step.
const watchdogMs = [4_000, 8_000] as const
// Where both ends look for each other in the same instant, a late candidate can leave a connection that nobody ever answers.
const greaterEndWaitMs = 300
const closeWaitMs = 1_000

export interface PeerCareOptions {
  readonly clock: Clock
  readonly random: Random
  readonly backoff: Backoff
  readonly addFinding: FindingLog['add']
  meet(connection: BaseConnection): void
}

/** What a peer connection has that its care needs. */
export interface TendedPeer extends FingerprintSource {
  readonly iceConnectionState: RTCIceConnectionState
  readonly getStats?: () => Promise<RTCStatsReport>
}

export type TendedChannel = FrameChannel & { onopen: (() => void) | null; onclose: (() => void) | null }

/** The care for one peer connection. */
export interface PeerCare extends Counted {
  /** To be called when the peer connection is closed, whoever did it. */
  over(): void
}

/**
 * Sees one peer connection through its life: gives it up where the channel does not open in time, hands over the connection where it does,
 * and after its end waits as long as broken symmetry and failed handshakes demand before it calls `giveUp`, once.
 * It never closes on ICE `disconnected`: that state recovers by itself.
 */
export function tendPeer(peer: TendedPeer, channel: TendedChannel, giveUp: () => void, options: PeerCareOptions): PeerCare {
  const { clock, random, backoff, addFinding, meet } = options
  const beganMs = clock.now()
  let phase: 'connecting' | 'open' | 'ended' | 'over' = 'connecting'
  let connection: WebrtcConnection | undefined
  let timer: Timer | undefined = clock.after(drawBetween(random, watchdogMs), () => {
    reportIce()
    end(0)
  })

  function reportIce(): void {
    // Without an answer there is nobody to reach: a reloading page asks once more and is gone.
    if (peer.remoteDescription === null || ['connected', 'completed', 'new'].includes(peer.iceConnectionState)) return
    addFinding('ice-failed', 'A peer was found, but no direct way to it; a relay (TURN) server among iceServers would help.')
  }

  function end(delayMs: number): void {
    if (phase === 'ended' || phase === 'over') return
    phase = 'ended'
    clock.clear(timer)
    const endedMs = clock.now()
    const release = (): void => {
      // Looked up now: a failed handshake is reported after the close that it causes.
      const leftMs = endedMs + backoff.delayMs - clock.now()
      if (leftMs > 0) timer = clock.after(leftMs, release)
      else giveUp()
    }
    timer = clock.after(delayMs, release)
  }

  function openUp(): void {
    clock.clear(timer)
    const binding = readFingerprints(peer)
    if (binding === undefined) {
      addFinding('insecure-peer', 'A peer was refused, because its connection has no certificate that can be checked.')
      channel.close()
      end(0)
      return
    }
    phase = 'open'
    const delayMs = compareBytes(binding.local, binding.remote) > 0 ? greaterEndWaitMs : 0
    const onClosing = (): void => {
      timer = clock.after(closeWaitMs, () => end(0))
    }
    const readStats = peer.getStats && (() => peer.getStats!())
    const opened = new WebrtcConnection(`webrtc-${toHex(random.bytes(8))}`, channel, binding, onClosing, readStats)
    connection = opened
    channel.onclose = () => {
      opened.finish()
      end(delayMs)
    }
    meet(opened)
  }

  channel.onopen = () => {
    if (phase === 'connecting') openUp()
  }
  return {
    beganMs,
    isConnecting: () => phase === 'connecting',
    over: () => {
      if (phase === 'connecting' && peer.iceConnectionState === 'failed') reportIce()
      phase = 'over'
      clock.clear(timer)
      connection?.finish()
    },
  }
}
