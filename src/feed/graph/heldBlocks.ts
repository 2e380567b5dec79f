import { append } from '../../shared/append.ts'
import type { BlockId } from '../../shared/ids.ts'
import type { Block } from '../block.ts'
import type { BundledBlock } from '../bundles/receivedBundle.ts'
import type { BlockHeader } from '../header.ts'

/** A block whose signature is good and which cannot be judged yet. */
export interface HeldBlock {
  readonly id: BlockId
  readonly block: Block | BundledBlock
  readonly header: BlockHeader
  /** What the envelope held, where it opened and is what the header says. The envelope is no part of the block's id, so anyone may have swapped it. */
  readonly payload: Uint8Array | undefined
}

/** The bytes that a block takes while it waits. */
export function heldBytes({ block, payload }: Pick<HeldBlock, 'block' | 'payload'>): number {
  const { length } = block.header
  if ('received' in block) return length + block.payload.length
  return length + block.signature.length + block.envelope.length + (payload?.length ?? 0)
}

/** What a held block waits for: a block, membership operations, or a content key. */
export type Awaited = { readonly kind: 'block'; readonly block: BlockId } | { readonly kind: 'operations' } | { readonly kind: 'key' }

/** The most blocks held of one account, and the most bytes. */
export const maxHeldBlocks = 4_096
export const maxHeldBytes = 4 * 1024 * 1024

/** The bounds of one account. */
export interface HeldLimits {
  readonly blocks: number
  readonly bytes: number
}

/**
 * Blocks that wait, within bounds. Each is booked on an account: the author's device where the membership log vouches for it, one common account
 * for all whose entry is not known yet, because there an attacker can make up as many devices as he likes.
 */
export interface HeldBlocks {
  readonly size: number
  /** An account other than `account` that passes the test and has a block waiting for another block. */
  waiterOtherThan(account: string, passes: (account: string) => boolean): string | undefined
  /** What a held block waits for. */
  awaitedBy(id: BlockId): Awaited | undefined
  /** All that is held, and what each waits for, in the order it came. */
  all(): readonly { readonly held: HeldBlock; readonly awaited: Awaited }[]
  /** The copy of a block that is held. */
  get(id: BlockId): HeldBlock | undefined
  /** Whether most of an account's bounds is free. */
  hasRoom(account: string): boolean
  /** @returns false where the account is full */
  hold(held: HeldBlock, awaited: Awaited, account: string): boolean
  /** Takes out what waited for this block. */
  takeWaitingFor(block: BlockId): readonly HeldBlock[]
  /** Takes out what waits for operations or keys, or for a block that came another way. */
  takeDoubtful(isHere: (block: BlockId) => boolean): readonly HeldBlock[]
  clear(): void
}

interface Entry {
  readonly held: HeldBlock
  readonly awaited: Awaited
  readonly account: string
  readonly bytes: number
}

export function createHeldBlocks(limits: HeldLimits = { blocks: maxHeldBlocks, bytes: maxHeldBytes }): HeldBlocks {
  const entriesById = new Map<BlockId, Entry>()
  const waitersByBlock = new Map<BlockId, BlockId[]>()
  const otherWaiters = new Set<BlockId>()
  /** `waiting`: how many of the blocks wait for another block. */
  const accounts = new Map<string, { blocks: number; bytes: number; waiting: number }>()

  function take(ids: Iterable<BlockId>): HeldBlock[] {
    const taken: HeldBlock[] = []
    for (const id of ids) {
      const entry = entriesById.get(id)
      if (entry === undefined) continue
      entriesById.delete(id)
      const account = accounts.get(entry.account)!
      account.blocks--
      account.bytes -= entry.bytes
      if (entry.awaited.kind === 'block') account.waiting--
      if (account.blocks === 0) accounts.delete(entry.account)
      taken.push(entry.held)
    }
    return taken
  }

  function takeWaitingFor(block: BlockId): readonly HeldBlock[] {
    const waiters = waitersByBlock.get(block) ?? []
    waitersByBlock.delete(block)
    return take(waiters)
  }

  return {
    get size() {
      return entriesById.size
    },
    waiterOtherThan(own, passes) {
      for (const [name, { waiting }] of accounts) if (waiting > 0 && name !== own && passes(name)) return name
      return undefined
    },
    awaitedBy: (id) => entriesById.get(id)?.awaited,
    all: () => [...entriesById.values()],
    get: (id) => entriesById.get(id)?.held,
    hasRoom(name) {
      const { blocks = 0, bytes = 0 } = accounts.get(name) ?? {}
      return blocks <= limits.blocks / 4 && bytes <= limits.bytes / 4
    },
    hold(held, awaited, name) {
      const { id } = held
      const bytes = heldBytes(held)
      const account = accounts.get(name) ?? { blocks: 0, bytes: 0, waiting: 0 }
      if (account.blocks >= limits.blocks || account.bytes + bytes > limits.bytes) return false
      accounts.set(name, account)
      account.blocks++
      account.bytes += bytes
      if (awaited.kind === 'block') account.waiting++
      entriesById.set(id, { held, awaited, account: name, bytes })
      if (awaited.kind !== 'block') otherWaiters.add(id)
      else append(waitersByBlock, awaited.block, id)
      return true
    },
    takeWaitingFor,
    takeDoubtful(isHere) {
      const waiters = [...otherWaiters]
      otherWaiters.clear()
      const arrived = [...waitersByBlock.keys()].filter(isHere)
      return [...arrived.flatMap(takeWaitingFor), ...take(waiters)]
    },
    clear() {
      entriesById.clear()
      waitersByBlock.clear()
      otherWaiters.clear()
      accounts.clear()
    },
  }
}
