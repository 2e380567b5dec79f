/** A budget that refills steadily up to its burst. */
export interface TokenBucket {
  /** Takes `amount` from the budget. @returns false where there is not enough, and then takes nothing. */
  take(amount: number): boolean
}

/** Makes a full budget. Never throws. @param now milliseconds; a clock that is set back gives nothing and takes nothing. */
export function createTokenBucket(perSecond: number, burst: number, now: () => number): TokenBucket {
  let level = burst
  let filledMs = now()
  return {
    take: (amount) => {
      const nowMs = now()
      level = Math.min(burst, level + (Math.max(0, nowMs - filledMs) / 1_000) * perSecond)
      filledMs = nowMs
      if (amount > level) return false
      level -= amount
      return true
    },
  }
}
