import type { SpaceId } from '../../shared/ids.ts'

/** The slot this tab had before a reload; a hint only, the lock decides (a duplicated tab inherits the hint, not the lock). */
export function rememberedSlot(app: string, space: SpaceId): number | undefined {
  const text = session()?.getItem(keyOf(app, space))
  return text == null || !/^\d{1,9}$/.test(text) ? undefined : Number(text)
}

export function rememberSlot(app: string, space: SpaceId, slot: number): void {
  try {
    session()?.setItem(keyOf(app, space), String(slot))
  } catch {
    // No room or not allowed: after a reload the first free slot is taken instead.
  }
}

function session(): globalThis.Storage | undefined {
  try {
    return globalThis.sessionStorage
  } catch {
    // A page without storage of its own (sandboxed frame) throws on the mere look.
    return undefined
  }
}

function keyOf(app: string, space: SpaceId): string {
  return `echo/${app}/slot/${space}`
}
