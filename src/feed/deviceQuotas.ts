import type { DeviceId } from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import { createWritable, type Readable } from '../shared/readable.ts'

/** What taking in blocks costs: how many, their encoded bytes, the Yjs structs in them, and the milliseconds in which nothing else could run. */
export interface BlockCost {
  readonly blocks?: number
  readonly bytes?: number
  readonly structs?: number
  readonly ms?: number
}

/** Of each resource what may be taken at once, and what is given back a second. */
export type Allowances = Readonly<Record<keyof BlockCost, { readonly burst: number; readonly perSecond: number }>>

/** A person typing makes ten blocks a second; a device that brings years of history at once goes through its burst and then a little slower. */
export const deviceAllowances: Allowances = {
  blocks: { burst: 50_000, perSecond: 1_000 },
  bytes: { burst: 256 * 1024 * 1024, perSecond: 8 * 1024 * 1024 },
  structs: { burst: 5_000_000, perSecond: 100_000 },
  ms: { burst: 15_000, perSecond: 250 },
}

/** A device whose own signed blocks break so many rules is broken or hostile: it is muted. */
export const maxBrokenBlocks = 64
/** The longest that one block can make its device wait: a machine that slept in the middle of it must not shut an honest device out. */
const maxDebtSeconds = 240
/** A device that has used up its allowance goes on when it has this share of a second's again, so that it comes in portions. */
const resumeSeconds = 0.5

/** Who muted a device: the user, or the rules that it kept breaking. */
export type MutedBy = 'user' | 'rules'

/**
 * How much each device may cost here. A local throttle and nothing more: it says when a device's blocks are judged, never whether they are valid,
 * for it differs from one machine to the next.
 */
export interface DeviceQuotas {
  /** Milliseconds until the device's blocks may be judged: 0 = now, Infinity = as long as it is muted. */
  waitMs(device: DeviceId): number
  /** Whether the device has used up its allowance; being muted does not count. */
  isExhausted(device: DeviceId): boolean
  spend(device: DeviceId, cost: BlockCost): void
  /** Runs synchronous work at the device's expense. */
  timed<T>(device: DeviceId, work: () => T): T
  /** A block that the device signed breaks a rule. */
  blame(device: DeviceId): void
  readonly muted: Readable<ReadonlyMap<DeviceId, MutedBy>>
  /** The user's word stands before the rules'. */
  mute(device: DeviceId, by: MutedBy): void
  unmute(device: DeviceId): void
}

interface Account {
  readonly levels: Record<keyof BlockCost, number>
  filledAt: number
  isExhausted: boolean
  brokenBlocks: number
}

/** Quotas of a space's devices, all with full allowances. Keeps an account for each device that it was asked about: members only, please. */
export function createDeviceQuotas({
  clock,
  allowances = deviceAllowances,
}: {
  readonly clock: Clock
  readonly allowances?: Allowances
}): DeviceQuotas {
  const kinds = Object.keys(allowances) as (keyof BlockCost)[]
  const accounts = new Map<DeviceId, Account>()
  const muted = createWritable<ReadonlyMap<DeviceId, MutedBy>>(new Map())

  function accountOf(device: DeviceId): Account {
    let account = accounts.get(device)
    if (account === undefined) {
      const levels = Object.fromEntries(kinds.map((kind) => [kind, allowances[kind].burst])) as Account['levels']
      account = { levels, filledAt: clock.now(), isExhausted: false, brokenBlocks: 0 }
      accounts.set(device, account)
    }
    refill(account)
    return account
  }

  function refill(account: Account): void {
    const now = clock.now()
    if (now === account.filledAt) return
    // A clock that was set back gives nothing and takes nothing.
    const seconds = Math.max(0, now - account.filledAt) / 1000
    account.filledAt = now
    for (const kind of kinds) {
      const { burst, perSecond } = allowances[kind]
      account.levels[kind] = Math.min(burst, account.levels[kind] + seconds * perSecond)
    }
    if (account.isExhausted && exhaustedMs(account) === 0) account.isExhausted = false
  }

  function exhaustedMs(account: Account): number {
    return Math.max(
      ...kinds.map((kind) => {
        const { burst, perSecond } = allowances[kind]
        const wanted = Math.min(burst, perSecond * resumeSeconds)
        return Math.ceil((Math.max(0, wanted - account.levels[kind]) / perSecond) * 1000)
      }),
    )
  }

  function spend(device: DeviceId, cost: BlockCost): void {
    const account = accountOf(device)
    for (const kind of kinds) {
      const left = account.levels[kind] - (cost[kind] ?? 0)
      account.levels[kind] = Math.max(left, -maxDebtSeconds * allowances[kind].perSecond)
      if (left < 0) account.isExhausted = true
    }
  }

  function mute(device: DeviceId, by: MutedBy): void {
    const former = muted.get().get(device)
    if (former !== by && former !== 'user') muted.set(new Map([...muted.get(), [device, by]]))
  }

  return {
    waitMs(device) {
      if (muted.get().has(device)) return Infinity
      const account = accountOf(device)
      return account.isExhausted ? Math.max(1, exhaustedMs(account)) : 0
    },
    isExhausted: (device) => accountOf(device).isExhausted,
    spend,
    timed(device, work) {
      const startedAt = clock.now()
      try {
        return work()
      } finally {
        spend(device, { ms: Math.max(0, clock.now() - startedAt) })
      }
    },
    blame(device) {
      const account = accountOf(device)
      account.brokenBlocks++
      if (account.brokenBlocks >= maxBrokenBlocks) mute(device, 'rules')
    },
    muted,
    mute,
    unmute(device) {
      if (!muted.get().has(device)) return
      accountOf(device).brokenBlocks = 0
      muted.set(new Map([...muted.get()].filter(([other]) => other !== device)))
    },
  }
}
