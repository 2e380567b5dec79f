import { systemClock, type Clock } from '../shared/ports.ts'
import type { SpaceId } from '../shared/ids.ts'
import type { InviteFlow, Space } from '../client/echo.ts'
import type { InvitationOptions } from '../client/invitations/invitationOptions.ts'
import type { InviteState, JoinState, OpenInvitation } from '../client/states.ts'
import type { TestPeer } from './testPeer.ts'
import { describeValue, until } from './until.ts'

/** An invitation that is out: what the inviter has in hand, and does. */
export interface TestInvitation {
  /** What is sent to the guest, and what a join screen is given. */
  readonly link: string
  /** Six digits, where it was made with `code: true`. */
  readonly code: string | undefined
  /** Waits until somebody asks to be let in, and says yes. For invitations made with `approval: true`. @returns the name that they gave */
  approve(): Promise<string>
  /** As {@link approve}, and says no. */
  deny(): Promise<string>
  /** Withdraws it: nobody is admitted any more. */
  revoke(): void
}

/** Both sides of an invitation as a test plays them, so that the other side can be a screen. */
export interface TestInvitations {
  /** `guest` joins `space` through an invitation made by its handle's owner. */
  join(space: Space, guest: TestPeer, role?: InvitationOptions['role']): Promise<Space>
  /**
   * Makes an invitation to `space`, by default for an editor: the script of an inviter, for the test of a screen on which somebody joins.
   * @throws (rejects) EchoError not-authorised where whose handle it is may not invite; `bad-value` for options that do not go together
   * @example
   * import { setup } from 'echo-react/testing'
   *
   * const { alice, inviteLink } = await setup('alice')
   * const space = await alice.echo.spaces.create({ name: 'Garden' })
   * const { link, code } = await inviteLink(space, { role: 'reader', code: true })
   */
  inviteLink(space: Space, options?: Partial<InvitationOptions>): Promise<TestInvitation>
  /**
   * Follows a link to its end: the script of a guest, for the test of a screen on which somebody invites. Waits to be approved, where that is asked for.
   * @throws (rejects) Error that names the state in which the joining ended, such as `expired` or `denied`
   * @example
   * import { setup } from 'echo-react/testing'
   *
   * const { alice, bob, inviteLink, acceptInvitation } = await setup('alice', 'bob')
   * const { link, code } = await inviteLink(await alice.echo.spaces.create({ name: 'Garden' }), { code: true })
   * const his = await acceptInvitation(bob, link, { code })
   */
  acceptInvitation(guest: TestPeer, link: string, options?: { readonly code?: string | undefined }): Promise<Space>
}

export function createTestInvitations(clock: Clock): TestInvitations {
  // Joining ends by itself within half an hour, which a simulated clock has; a test that runs in real time has not.
  const joinPatienceMs = clock === systemClock ? 10_000 : 31 * 60_000

  async function invite(
    space: Space,
    options: Partial<InvitationOptions>,
  ): Promise<{ flow: InviteFlow; url: string; code: string | undefined }> {
    const flow = space.invite()
    flow.create({ role: 'editor', ...options })
    const look = (state: InviteState): OpenInvitation | false => {
      if (state.status === 'error') throw state.error
      return state.status === 'waiting' && state
    }
    const { url, code } = await until(flow.state, look, clock)
    return { flow, url, code }
  }

  async function follow(guest: TestPeer, link: string, code: string | undefined): Promise<SpaceId> {
    const flow = guest.echo.join(link)
    flow.accept()
    let isTyped = false
    const look = (state: JoinState): SpaceId | false => {
      if (state.status === 'verifying' && !isTyped) {
        if (code === undefined) throw new Error(`${guest.name} is asked for a code: pass { code }.`)
        isTyped = true
        flow.submitCode(code)
      }
      if (isOver(state)) throw new Error(`${guest.name} did not get in: ${describeValue(state)}`)
      return state.status === 'success' && state.space
    }
    try {
      return await until(flow.state, look, clock, joinPatienceMs)
    } finally {
      flow.dispose()
    }
  }

  return {
    async inviteLink(space, options = {}) {
      const { flow, url, code } = await invite(space, options)
      async function decide(how: 'approve' | 'deny'): Promise<string> {
        const asking = await until(flow.state, (state) => (state.status === 'approving' ? state.requests[0] : undefined), clock)
        flow[how](asking.guest)
        return asking.name
      }
      return { link: url, code, approve: () => decide('approve'), deny: () => decide('deny'), revoke: () => flow.cancel() }
    },
    async acceptInvitation(guest, link, { code } = {}) {
      return guest.echo.spaces.open(await follow(guest, link, code))
    },
    async join(space, guest, role = 'editor') {
      const { flow, url } = await invite(space, { role })
      const id = await follow(guest, url, undefined)
      flow.dispose()
      return guest.echo.spaces.open(id)
    },
  }
}

/** Whether a guest who does nothing more gets no further. */
function isOver({ status }: JoinState): boolean {
  return !['idle', 'preview', 'connecting', 'peer-offline', 'verifying', 'pending-approval', 'syncing', 'success'].includes(status)
}
