import type { DeviceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { createTokenBucket, type TokenBucket } from '../../shared/tokenBucket.ts'
import { createBackoff, type Backoff } from '../../network/backoff.ts'

/** What a member's device may send that does not belong, before its links are closed; one a minute is forgiven. */
export const maxStrains = 32
const forgivenPerSecond = 1 / 60

/**
 * How much of what does not belong is taken from a linked device. An honest one passes on only what it has judged itself, so it sends next to none;
 * one that goes on is shut out for 1, 2, 4 … 60 s, each time for longer.
 */
export interface PeerPatience {
  /** Milliseconds for which the device is shut out; 0 = it is welcome. */
  barredMs(device: DeviceId): number
  /** The device sent something that does not belong; `weight` 1 = one thing. @returns whether that was too much, and it is shut out from now on */
  strain(device: DeviceId, weight?: number): boolean
}

/** Full patience for everyone. Keeps an account for each device that strained it: proven members only. */
export function createPeerPatience(clock: Clock): PeerPatience {
  const accounts = new Map<DeviceId, { readonly backoff: Backoff; budget: TokenBucket; barredUntil: number }>()

  return {
    barredMs: (device) => Math.max(0, (accounts.get(device)?.barredUntil ?? 0) - clock.now()),
    strain(device, weight = 1) {
      const account = accounts.get(device) ?? { backoff: createBackoff(), budget: newBudget(), barredUntil: 0 }
      accounts.set(device, account)
      // What was under way when the device was shut out adds nothing.
      if (account.barredUntil > clock.now() || account.budget.take(weight)) return false
      account.backoff.report('failed')
      account.barredUntil = clock.now() + account.backoff.delayMs
      account.budget = newBudget()
      return true
    },
  }

  function newBudget(): TokenBucket {
    return createTokenBucket(forgivenPerSecond, maxStrains, () => clock.now())
  }
}
