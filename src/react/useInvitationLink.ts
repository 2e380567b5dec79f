'use client'
import { useCallback, useLayoutEffect, useState } from 'react'
import { takeInvitationFromLocation } from '../client/invitations/takeInvitationFromLocation.ts'

/**
 * The invitation link that was followed to this page, or pasted into its address since, until it is forgotten. Its secret is taken out of the address
 * before anything is painted. Call it once, above `EchoProvider`, which it does not need: below it, the secret would
 * stand in the address until the database is open.
 * @param taken a link that `takeInvitationFromLocation` took before React rendered
 * @returns the link, undefined while there is none and on a server; and what forgets it, once it is followed or declined
 * @example
 * const [link, forgetLink] = useInvitationLink()
 * return <JoinDialog open={link !== undefined} link={link} onClose={forgetLink} onJoined={forgetLink} />
 */
export function useInvitationLink(taken?: string): readonly [link: string | undefined, forget: () => void] {
  const [link, setLink] = useState(taken)
  useLayoutEffect(() => {
    function take(): void {
      const next = takeInvitationFromLocation()
      // Any other fragment, such as a router's, is none of an invitation's business.
      if (next !== undefined) setLink(next)
    }
    take()
    // A link that is pasted into a tab where the app runs already changes the fragment only.
    window.addEventListener('hashchange', take)
    return () => window.removeEventListener('hashchange', take)
  }, [])
  const forget = useCallback(() => setLink(undefined), [])
  return [link, forget]
}
