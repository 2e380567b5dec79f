/** What stands before the invitation in a link's fragment. */
const marker = '#echo='

/**
 * The invitation link this page was opened by, if it was, and takes its secret out of the address: what stays there ends up in the history,
 * in bookmarks and in screenshots. Answers once; undefined afterwards, and on a server. In React `useInvitationLink` does it; call this where the app
 * starts if that is long before React renders, and without React again on `hashchange`, for a link that is pasted into a tab where the app runs already.
 * @example
 * const link = takeInvitationFromLocation()
 * if (link !== undefined) echo.join(link).accept()
 */
export function takeInvitationFromLocation(): string | undefined {
  if (typeof location === 'undefined' || !location.hash.startsWith(marker)) return undefined
  const link = location.href
  history.replaceState(history.state, '', location.pathname + location.search)
  return link
}
