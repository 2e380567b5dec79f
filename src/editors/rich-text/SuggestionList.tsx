'use client'
import type { Editor } from '@tiptap/core'
import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react'
import { useAnnounce } from '../../components/basics/Announcer.tsx'
import { Avatar } from '../../components/members/Avatar.tsx'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import { activateSuggestion, chooseSuggestion, openSuggestion, type SuggestionState } from './suggestion.ts'
import { useEditorState } from './useEditorState.ts'

/** Room between the caret and the list, and between it and the edges of the window, in pixels. */
const gap = 4

const readOpen = (editor: Editor): SuggestionState | undefined => (editor.isDestroyed ? undefined : openSuggestion(editor.state))

/** The id of an option's element. */
export function optionId(listId: string, index: number): string {
  return `${listId}-${index}`
}

/** What can be chosen for what is being typed, beside the caret, which stays in the text: the keys are the editor's. */
export function SuggestionList({ editor, id }: { readonly editor: Editor; readonly id: string }): ReactNode {
  const open = useEditorState(editor, readOpen)
  return open === undefined ? null : <OpenList editor={editor} id={id} open={open} />
}

function OpenList({ editor, id, open }: { readonly editor: Editor; readonly id: string; readonly open: SuggestionState }): ReactNode {
  const { richText: messages } = useMessages()
  const announce = useAnnounce()
  const root = useRef<HTMLDivElement>(null)
  const { options, active, from, source, pending, hasFailed } = open
  const isSearching = pending !== undefined && options.length === 0
  const count = options.length
  const status = hasFailed
    ? messages.suggestionsFailed
    : isSearching
      ? messages.suggestionsSearching
      : count === 0
        ? messages.suggestionsNone[source.kind]
        : undefined

  useLayoutEffect(() => {
    const list = root.current!
    // In the top layer: neither the editor's frame nor a dialog around cuts it off.
    list.showPopover?.()
    const show = (): void => place(list, editor, from)
    show()
    window.addEventListener('scroll', show, true)
    window.addEventListener('resize', show)
    return () => {
      window.removeEventListener('scroll', show, true)
      window.removeEventListener('resize', show)
    }
  }, [editor, from, count, status])

  useEffect(() => announce(status ?? messages.suggestionsFound(count)), [announce, status, messages, count])

  useLayoutEffect(() => {
    root.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [active])

  return (
    // The caret stays in the text, and with it the list open.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={root} popover="manual" data-slot="suggestions" className="echo-suggestions" onMouseDown={(event) => event.preventDefault()}>
      {count > 0 && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select could not stay without the focus
        <div id={id} role="listbox" aria-label={messages.suggestions[source.kind]}>
          {options.map((option, index) => (
            // The keys are the editor's, which has the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={option.id}
              id={optionId(id, index)}
              // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
              role="option"
              aria-selected={index === active}
              onMouseMove={() => index !== active && activateSuggestion(editor.view, index)}
              onClick={() => chooseSuggestion(editor.view, open, option)}
            >
              {option.person !== undefined && (
                <span aria-hidden="true">
                  <Avatar
                    id={option.person.id}
                    hue={option.person.hue}
                    name={option.person.name}
                    colour={option.person.colour}
                    emoji={option.person.emoji}
                    picture={option.person.picture}
                  />
                </span>
              )}
              <bdi>{option.label}</bdi>
            </div>
          ))}
        </div>
      )}
      {status !== undefined && <p className="echo-hint">{status}</p>}
    </div>
  )
}

/** Puts the list under what is typed, or over it where there is more room, within the window. */
function place(list: HTMLElement, editor: Editor, from: number): void {
  if (editor.isDestroyed || from > editor.state.doc.content.size) return
  const caret = editor.view.coordsAtPos(from)
  const { width, height } = list.getBoundingClientRect()
  const isRtl = getComputedStyle(list).direction === 'rtl'
  const start = isRtl ? caret.right - width : caret.left
  const isOver = caret.bottom + gap + height > window.innerHeight && caret.top > window.innerHeight - caret.bottom
  list.style.left = `${Math.max(gap, Math.min(start, window.innerWidth - width - gap))}px`
  list.style.top = `${isOver ? Math.max(gap, caret.top - gap - height) : caret.bottom + gap}px`
}
