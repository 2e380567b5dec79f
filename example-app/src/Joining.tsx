import { createContext, use, useState, type ReactNode } from 'react'
import { useInvitationLink } from 'echo-react'
import { JoinDialog } from 'echo-react/components'
import { navigate, placeAt } from './route.tsx'

const OpenJoin = createContext<() => void>(() => {})

/** Opens the dialog for joining a space, which then asks for a link. */
export function useOpenJoin(): () => void {
  return use(OpenJoin)
}

/** Holds the dialog for joining a space: open at once for a link in the address, and for whoever asks by {@link useOpenJoin}. */
export function Joining({ invitation, children }: { readonly invitation: string | undefined; readonly children: ReactNode }): ReactNode {
  const [link, forgetLink] = useInvitationLink(invitation)
  const [isAsked, setAsked] = useState(false)

  function close(): void {
    setAsked(false)
    forgetLink()
  }

  return (
    <OpenJoin value={() => setAsked(true)}>
      {children}
      <JoinDialog
        open={isAsked || link !== undefined}
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
