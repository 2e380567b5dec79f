import type { Clock, Random, Timer } from '../../shared/ports.ts'
import { drawUniform } from '../chance.ts'

/*
 * Each name that is announced in a room costs a connection, and each connection that comes to nothing is announced to all in turn. A member who makes up
 * names could so busy everyone; here most of them wait, and a good one among them gets its turn by chance.
 */

/** Lets messages of peers that have no connection yet through a few peers at a time. */
export interface StrangerGate {
  /** Passes a message on, now or later, in the order of its sender's; or never, where too many wait. */
  pass(from: string, deliver: () => void): void
  dispose(): void
}

/** So many connections may be young at once: honest ones are made in a fraction of a second. */
export const maxYoung = 4
/** After this long a connection keeps nobody else waiting. */
export const youngMs = 2_000
const maxWaitingPeers = 64
/** Of one peer: an offer and its candidates. */
const maxWaitingMessages = 32
/** Between two of those that had to wait. */
const betweenMs = 100

export interface StrangerGateOptions {
  readonly clock: Clock
  readonly random: Random
  /** Whether there is a connection to the peer, finished or not. */
  readonly isKnown: (from: string) => boolean
  /** Connections that were begun less than {@link youngMs} ago and are not made yet. */
  readonly countYoung: () => number
}

export function createStrangerGate({ clock, random, isKnown, countYoung }: StrangerGateOptions): StrangerGate {
  const waiting = new Map<string, (() => void)[]>()
  /** When the peers were let through that have no connection yet. */
  const admitted = new Map<string, number>()
  let timer: Timer | undefined

  function isBusy(): boolean {
    const now = clock.now()
    for (const [name, sinceMs] of admitted) if (isKnown(name) || now - sinceMs >= youngMs || now < sinceMs) admitted.delete(name)
    return countYoung() + admitted.size >= maxYoung
  }

  function admit(from: string, messages: readonly (() => void)[]): void {
    admitted.set(from, clock.now())
    for (const deliver of messages) deliver()
  }

  function check(): void {
    timer = undefined
    if (!isBusy()) {
      const [from, messages] = drawOne()
      waiting.delete(from)
      admit(from, messages)
    }
    if (waiting.size > 0) checkLater()
  }

  function checkLater(): void {
    timer ??= clock.after(betweenMs, check)
  }

  function drawOne(): readonly [string, (() => void)[]] {
    return [...waiting][Math.floor(drawUniform(random) * waiting.size)]!
  }

  return {
    pass(from, deliver) {
      const messages = waiting.get(from)
      if (messages !== undefined) {
        if (messages.length < maxWaitingMessages) messages.push(deliver)
      } else if (isKnown(from) || admitted.has(from)) deliver()
      else if (waiting.size === 0 && !isBusy()) admit(from, [deliver])
      else {
        if (waiting.size >= maxWaitingPeers) waiting.delete(drawOne()[0])
        waiting.set(from, [deliver])
        checkLater()
      }
    },
    dispose() {
      clock.clear(timer)
      waiting.clear()
    },
  }
}
