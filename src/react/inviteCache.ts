import type { InviteFlow, Space } from '../client/echo.ts'
import type { InviteState } from '../client/states.ts'

/**
 * One invitation for each space handle, shared by the components that show it. A link that is out outlives them, so that looking at another
 * space does not withdraw it; it ends by being used, by its time, by cancelling, or with the Echo.
 */
export interface InviteCache {
  /** The space's invitation. `dispose` gives it back; the last one to do so ends what is not open. To be called in an effect. */
  acquire(space: Space): InviteFlow
}

const open: readonly InviteState['status'][] = ['creating', 'waiting', 'connecting', 'verifying', 'approving', 'admitting']

/** Whether a link is out, or about to be. */
export function isOpenInvitation({ status }: InviteState): boolean {
  return open.includes(status)
}

export function createInviteCache(): InviteCache {
  const heldBySpace = new WeakMap<Space, { readonly flow: InviteFlow; users: number }>()

  return {
    acquire(space) {
      const held = heldBySpace.get(space) ?? { flow: space.invite(), users: 0 }
      heldBySpace.set(space, held)
      held.users++
      let released = false
      const { flow } = held
      return {
        ...flow,
        dispose() {
          if (released) return
          released = true
          held.users--
          if (held.users > 0 || isOpenInvitation(flow.state.get())) return
          heldBySpace.delete(space)
          flow.dispose()
        },
      }
    },
  }
}
