import type { Clock, Random, Timer } from '../../shared/ports.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { createEpoch } from '../making/createEpoch.ts'
import type { KeyRing } from './keyRing.ts'
import type { OperationLog } from '../operationLog.ts'

/** Makes a new key for the space where the log leaves none that may be written under (M20, M21). */
export interface KeyRotation {
  /** The author of an end does it in the same step. Does nothing where a usable key is there, or this device may not. Rejects with what {@link createEpoch} throws. */
  rotate(): Promise<void>
  dispose(): void
}

/** So that of many writers one comes first. */
const maxWaitMs = 2_000
/** Who has nothing to seal leaves it to who has. */
const idleWaitMs = 8_000

/**
 * @param options.hasToSeal whether edits wait for a key
 */
export function createKeyRotation(options: {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly hasToSeal: () => boolean
  readonly onFault: (error: unknown) => void
}): KeyRotation {
  const { crypto, clock, random, identity, log, keyRing } = options
  let timer: Timer | undefined
  let running: Promise<void> | undefined
  let isDisposed = false
  const stop = log.state.subscribe(look)
  look()

  /** Whether some key is usable, held here or not: one that is not is asked for, not replaced. */
  function isNeeded(): boolean {
    return !isDisposed && log.isWriter(identity.id, identity.deviceId) && !log.epochs().some(({ usable }) => usable)
  }

  function look(): void {
    if (!isNeeded()) {
      clock.clear(timer)
      timer = undefined
      return
    }
    if (timer !== undefined || running !== undefined) return
    const waitMs = (random.bytes(1)[0]! / 256) * maxWaitMs + (options.hasToSeal() ? 0 : idleWaitMs)
    timer = clock.after(waitMs, () => {
      timer = undefined
      rotate().catch(options.onFault)
    })
  }

  function rotate(): Promise<void> {
    running ??= make().finally(() => {
      running = undefined
      look()
    })
    return running
  }

  async function make(): Promise<void> {
    // What comes to the log meanwhile may make the new key unusable at once.
    for (let tries = 0; isNeeded() && tries < 3; tries++) {
      const { operation, key } = await createEpoch({ crypto, log, signer: identity, keyRing })
      if (isDisposed) return
      await log.add(operation)
      keyRing.add(key.id, key.key)
    }
  }

  return {
    rotate,
    dispose() {
      isDisposed = true
      stop()
      clock.clear(timer)
    },
  }
}
