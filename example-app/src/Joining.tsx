import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import { JoinDialog, takeInvitationFromLocation } from 'echo-react/components'
import { navigate, placeAt } from './route.tsx'

const OpenJoin = createContext<() => void>(() => {})

/** Opens the dialog for joining a space, which then asks for a link. */
export function useOpenJoin(): () => void {
  return use(OpenJoin)
}

/** Holds the dialog for joining a space: open at once for a link in the address, and for whoever asks by {@link useOpenJoin}. */
export function Joining({ invitation, children }: { readonly invitation: string | undefined; readonly children: ReactNode }): ReactNode {
  const [link, setLink] = useState(invitation)
  const [open, setOpen] = useState(invitation !== undefined)

  useEffect(() => {
    // A link pasted into a tab where the app runs already changes the fragment only.
    function onHashChange(): void {
      const next = takeInvitationFromLocation()
      if (next === undefined) return
      setLink(next)
      setOpen(true)
    }
    window.addEventListener('hashchange', onHashChange)
    return () => window.removeEventListener('hashchange', onHashChange)
  }, [])

  function close(): void {
    setOpen(false)
    setLink(undefined)
  }

  return (
    <OpenJoin value={() => setOpen(true)}>
      {children}
      <JoinDialog
        open={open}
        link={link}
        onClose={close}
        onJoined={(space, path) => {
          close()
          navigate({ space, ...placeAt(path) })
        }}
      />
    </OpenJoin>
  )
}
