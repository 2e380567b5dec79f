import { Mark } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { safeHref } from './safeHref.ts'

/**
 * A link. What a peer put into `href` stays as it is and leads nowhere unless it is an address of the web or of mail.
 * @param onBlocked called when the browser did not open the page that a link leads to
 */
export const createLinkMark = (onBlocked: () => void): Mark =>
  Mark.create({
    name: 'link',
    inclusive: false,
    keepOnSplit: false,
    addAttributes: () => ({ href: { default: null } }),
    parseHTML: () => [{ tag: 'a[href]', getAttrs: (element) => (safeHref(element.getAttribute('href')) === undefined ? false : null) }],
    renderHTML({ mark }) {
      const href = safeHref(mark.attrs['href'])
      return ['a', href === undefined ? {} : { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, 0]
    },
    addProseMirrorPlugins() {
      return [
        new Plugin({
          props: {
            // Where one can type, a click places the caret; with the key it opens, as in other editors.
            handleClick(view, _at, event) {
              if (!view.editable || !(event.ctrlKey || event.metaKey) || !(event.target instanceof Element)) return false
              const href = safeHref(event.target.closest('a')?.getAttribute('href'))
              if (href === undefined) return false
              if (!openPage(href)) onBlocked()
              return true
            },
          },
        }),
      ]
    },
  })

/** Opens a page that cannot reach back. @returns false where the browser blocked it; asked for with `noopener`, it would not say */
function openPage(href: string): boolean {
  const page = window.open('', '_blank')
  if (page === null) return false
  page.opener = null
  page.location.href = href
  return true
}
