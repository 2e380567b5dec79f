import { useState, type ReactNode } from 'react'
import { EchoError, useEcho, type Space } from 'echo-react'
import { ConfirmDialog, SpaceNotice } from 'echo-react/components'
import { useOpenJoin } from './Joining.tsx'
import { navigate } from './route.ts'

type State = { readonly status: 'idle' } | { readonly status: 'pending' } | { readonly status: 'error'; readonly error: EchoError }

/** What became of a space, and of what was written in it: the way back in, and the way to be rid of it. Nothing while all is well. */
export function EndedSpace({ space }: { readonly space: Space }): ReactNode {
  const { spaces } = useEcho()
  const openJoin = useOpenJoin()
  const [isAsking, setAsking] = useState(false)
  const [state, setState] = useState<State>({ status: 'idle' })

  async function forget(): Promise<void> {
    setState({ status: 'pending' })
    try {
      await spaces.delete(space.id, { confirm: 'delete this space' })
      navigate({})
    } catch (error) {
      if (!(error instanceof EchoError)) throw error
      setState({ status: 'error', error })
    }
  }

  return (
    <>
      <SpaceNotice space={space} onJoinAgain={openJoin} onForget={() => setAsking(true)} />
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title="Remove the space from your devices?"
        confirm="Remove it"
        busy="Removing…"
        state={state.status === 'idle' ? state : { ...state, call: undefined }}
        onConfirm={() => void forget()}
      >
        <p>What is here is deleted from all your devices. You can come back only by a new invitation.</p>
      </ConfirmDialog>
    </>
  )
}
