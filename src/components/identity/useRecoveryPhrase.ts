'use client'
import { useState } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { asEchoError } from '../../shared/echoError.ts'
import type { RecoveryPhraseDialogProps, RecoveryPhraseState } from './RecoveryPhraseDialog.tsx'

/** The steps of a {@link RecoveryPhraseDialog} over the person's own words. @param onEnd called on closing, with whether they were said to be safe */
export function useRecoveryPhrase(onEnd: (isSaved: boolean) => void): Omit<RecoveryPhraseDialogProps, 'open'> {
  const identity = useIdentity()
  const [state, setState] = useState<RecoveryPhraseState>({ status: 'hidden' })

  async function attempt(action: () => Promise<RecoveryPhraseState>): Promise<void> {
    try {
      setState(await action())
    } catch (cause) {
      const error = asEchoError(cause, 'storage-unavailable', 'The recovery words could not be read or marked as saved.')
      setState({ status: 'error', error })
    }
  }

  return {
    state,
    onClose() {
      setState({ status: 'hidden' })
      onEnd(false)
    },
    onReveal() {
      setState({ status: 'loading' })
      void attempt(async () => ({ status: 'shown', phrase: await identity.showPhrase() }))
    },
    onWritten: () => setState({ status: 'confirming' }),
    onConfirm: () =>
      void attempt(async () => {
        await identity.confirmPhraseSaved()
        onEnd(true)
        return { status: 'hidden' }
      }),
  }
}
