'use client'
import type { EditorState } from '@tiptap/pm/state'
import { useId, useLayoutEffect, useMemo, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { useAnnounce } from '../../components/basics/Announcer.tsx'
import { classNames } from '../../components/basics/classNames.ts'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import type { Messages } from '../../components/config/messages.ts'
import type { RichTextHandle } from '../../documents/texts/textHandle.ts'
import type { ItemId } from '../../shared/ids.ts'
import { bareName } from '../../components/basics/plainName.ts'
import { useReadable } from '../../react/useReadable.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { bindRichText, type BoundRichText, type RichTextBinding } from './bindRichText.ts'
import { findPeople } from './findPeople.ts'
import type { PictureFault } from './imageNode.ts'
import type { ItemLinks, LinkableItem } from './itemLinkNode.ts'
import type { MentionablePerson } from './mentionNode.ts'
import { richTextExtensions } from './richTextExtensions.ts'
import { RichTextToolbar } from './RichTextToolbar.tsx'
import { suggestItems } from './suggestItems.ts'
import { createSuggestions, openSuggestion, type SuggestionSource } from './suggestion.ts'
import type { Refusal } from './syncExtension.ts'
import { optionId, SuggestionList } from './SuggestionList.tsx'

/** Characters and ends of blocks that a text holds at most, if nothing else is said. */
const defaultMaxLength = 100_000

/** Before it is known who belongs to a space. */
const nobody: readonly MentionablePerson[] = []

/** What could not be done, to be said below the text. */
type Trouble = Refusal | PictureFault | 'link-blocked'

interface EditorOptions {
  /** An open rich text, as from `useText(space, id, 'rich-text')`; while there is none, the editor is empty and read-only. */
  readonly text: (Pick<RichTextHandle, 'item' | 'current' | 'content'> & { readonly readOnly?: boolean }) | undefined
  /** The text's space: carets of others, and undo over everything that was done in it. Without one there are neither. */
  readonly space?: (Pick<Space, 'presence' | 'undo'> & { readonly members?: Space['members'] }) | undefined
  /** Who can be mentioned by `@`: the space's members by default. */
  readonly people?: readonly MentionablePerson[]
  /**
   * Finds items for what was typed behind `[[`, the best first, of which the first eight are offered; `signal` is aborted when something else was typed
   * meanwhile. Without it no links to items can be put in, and those that are there stay.
   */
  readonly findItems?: ((typed: string, signal: AbortSignal) => readonly LinkableItem[] | Promise<readonly LinkableItem[]>) | undefined
  /** The present label of an item, asked again at each render; undefined for one that is deleted or unknown. Without it links have the labels that were written. */
  readonly itemLabel?: ((id: ItemId) => string | undefined) | undefined
  /** This person has just put a link to the item into the text by `[[`: to be kept as a link of the app's own, say. */
  readonly onLinkItem?: ((id: ItemId) => void) | undefined
  /** Opens the item that a link leads to. Without it links cannot be pressed. */
  readonly onOpenItem?: ((id: ItemId) => void) | undefined
  /** Names the editor. */
  readonly label: string
  /** Leaves the label to screen readers. */
  readonly hideLabel?: boolean
  /** Shown while nothing is written. */
  readonly placeholder?: string
  readonly readOnly?: boolean
  /** Characters and ends of blocks that can be written here; others may have written more. 100,000 by default. */
  readonly maxLength?: number
  readonly hideToolbar?: boolean
}

export type RichTextEditorProps = EditorOptions & Omit<ComponentProps<'div'>, 'children'>

/**
 * A rich text that several people edit at once, with their carets. What a newer version of the app wrote and this one does not know is kept: then the
 * text can be read only.
 * @example
 * const page = useText(space, pageId, 'rich-text')
 * return <RichTextEditor space={space} text={page} label="Page" placeholder="Write something" />
 * @example Links to items
 * const notes = useQuery(space, query(Note)) // { id, title }
 * const titles = new Map(notes.map(({ id, title }) => [id, title]))
 * return (
 *   <RichTextEditor
 *     space={space}
 *     text={page}
 *     label="Page"
 *     findItems={(typed) => space.run(query(Note).search(typed).limit(8)).map(({ id, title }) => ({ id, label: title }))}
 *     itemLabel={(id) => titles.get(id)}
 *     onOpenItem={(id) => navigate(`/notes/${id}`)}
 *   />
 * )
 */
export function RichTextEditor({
  text,
  space,
  people,
  findItems,
  itemLabel,
  onLinkItem,
  onOpenItem,
  label,
  hideLabel = false,
  placeholder,
  readOnly = false,
  maxLength = defaultMaxLength,
  hideToolbar = false,
  className,
  ...props
}: RichTextEditorProps): ReactNode {
  const {
    richText: messages,
    members: { unnamed },
  } = useMessages()
  const announce = useAnnounce()
  const labelId = useId()
  const listId = useId()
  const host = useRef<HTMLDivElement>(null)
  const bound = useRef<BoundRichText>(null)
  const [binding, setBinding] = useState<RichTextBinding>()
  const [hint, setHint] = useState<Trouble>()
  const cannotWrite = readOnly || text?.readOnly === true
  const { current, item } = text ?? {}
  const { presence, undo, members } = space ?? {}
  const everyone = useReadable(members, nobody)
  const mentionable = people ?? everyone
  const [peopleById] = useState(() => createWritable<ReadonlyMap<string, MentionablePerson>>(new Map()))
  const { itemGone: gone, itemUntitled: untitled } = messages
  const [itemLinks] = useState(() => createWritable<ItemLinks>({ labelOf: itemLabel, open: onOpenItem, gone, untitled }))
  const finder = useRef(findItems)
  const linked = useRef(onLinkItem)
  const canLinkItems = findItems !== undefined
  const settings = useMemo(() => {
    const sources: readonly SuggestionSource[] = [
      {
        kind: 'mention',
        trigger: '@',
        find: mentionable && ((typed) => findPeople(mentionable, typed, unnamed)),
        toAttributes: ({ id, person }) => ({ id, name: bareName(person?.name ?? '') }),
      },
      {
        kind: 'itemLink',
        trigger: '[[',
        end: ']]',
        find: canLinkItems ? (typed, signal) => suggestItems(finder.current?.(typed, signal) ?? [], untitled) : undefined,
        toAttributes: ({ id, label: offered }) => ({ id, label: offered === untitled ? '' : offered }),
        onChosen: ({ id }) => linked.current?.(id as ItemId),
      },
    ]
    const refuse = (reason: Trouble): void => {
      setHint(reason)
      announce(hintOf(reason, messages))
    }
    return { labelId, listId, placeholder, cannotWrite, maxLength, announce, messages, sources, refuse }
  }, [labelId, listId, placeholder, cannotWrite, maxLength, announce, messages, mentionable, unnamed, canLinkItems, untitled])
  const latest = useRef(settings)

  useLayoutEffect(() => {
    peopleById.set(new Map(mentionable?.map((person) => [person.id, person])))
  }, [peopleById, mentionable])

  useLayoutEffect(() => {
    finder.current = findItems
    linked.current = onLinkItem
    itemLinks.set({ labelOf: itemLabel, open: onOpenItem, gone, untitled })
  }, [itemLinks, findItems, onLinkItem, itemLabel, onOpenItem, gone, untitled])

  useLayoutEffect(() => {
    latest.current = settings
    bound.current?.update()
  }, [settings])

  useLayoutEffect(() => {
    if (host.current === null || current === undefined || item === undefined) return
    bound.current = bindRichText({
      element: host.current,
      text: { item, current },
      space: presence && undo && members && { presence, undo, members },
      extensions: [
        ...richTextExtensions({
          taskLabel: messages.taskNamed,
          people: peopleById,
          unnamed,
          itemLinks,
          images: { undescribed: messages.imageUndescribed, onFault: (fault) => latest.current.refuse(fault) },
          onLinkBlocked: () => latest.current.refuse('link-blocked'),
        }),
        createSuggestions(() => latest.current.sources),
      ],
      attributes: (state) => attributesOf(state, latest.current),
      isReadOnly: () => latest.current.cannotWrite,
      maxSize: () => latest.current.maxLength,
      onRefused: (reason) => latest.current.refuse(reason),
      onChange: (next) => {
        setBinding(next)
        setHint(undefined)
        if (next.status === 'misfit') latest.current.announce(latest.current.messages.newerTitle)
        if (next.status === 'bound') next.editor.on('update', () => setHint(undefined))
      },
    })
    return () => {
      bound.current?.dispose()
      bound.current = null
      setBinding(undefined)
    }
  }, [current, item, presence, undo, members, messages.taskNamed, messages.imageUndescribed, peopleById, unnamed, itemLinks])

  const editor = binding?.status === 'bound' ? binding.editor : undefined
  const state =
    text === undefined
      ? 'closed'
      : binding === undefined
        ? 'opening'
        : binding.status === 'misfit'
          ? 'newer'
          : cannotWrite
            ? 'read-only'
            : 'editing'
  return (
    <div data-slot="rich-text-editor" data-state={state} className={classNames('echo-field', 'echo-rich-text', className)} {...props}>
      <span id={labelId} data-slot="label" className={hideLabel ? 'echo-visually-hidden' : 'echo-editor-label'}>
        {label}
      </span>
      {state === 'newer' && (
        <div className="echo-notice" data-slot="notice">
          <div>
            <strong>{messages.newerTitle}</strong>
            <p>{messages.newerHint}</p>
          </div>
        </div>
      )}
      <div className="echo-editor-frame">
        {editor !== undefined && state === 'editing' && !hideToolbar && (
          <RichTextToolbar
            editor={editor}
            label={label}
            undo={undo}
            canMention={mentionable !== undefined}
            canLinkItems={canLinkItems}
            onPictureFault={settings.refuse}
          />
        )}
        {editor === undefined && <PlainContent content={text?.content} labelId={labelId} />}
        <div ref={host} data-slot="content" />
        {editor !== undefined && state === 'editing' && <SuggestionList editor={editor} id={listId} />}
      </div>
      {hint !== undefined && state === 'editing' && (
        <p className="echo-hint" data-slot={hint === 'full' ? 'full' : 'refused'}>
          {hintOf(hint, messages)}
        </p>
      )}
    </div>
  )
}

function hintOf(reason: Trouble, { fullHint, unfitHint, linkBlocked, imageFaults }: Messages['richText']): string {
  if (reason === 'full') return fullHint
  if (reason === 'link-blocked') return linkBlocked
  return reason === 'unfit' ? unfitHint : imageFaults[reason]
}

/** What the text says, where no editor shows it: on a server, before one is there, and where none may be. */
function PlainContent({ content, labelId }: { readonly content: Readable<string> | undefined; readonly labelId: string }): ReactNode {
  const [initial] = useState(() => content?.get())
  const shown = useReadable(content, initial) ?? ''
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long text is scrolled with the keys
    <section aria-labelledby={labelId} tabIndex={0} className="echo-prose" data-slot="plain-content" dir="auto">
      {shown}
    </section>
  )
}

interface Shown {
  readonly labelId: string
  readonly listId: string
  readonly placeholder: string | undefined
  readonly cannotWrite: boolean
}

function attributesOf(state: EditorState, { labelId, listId, placeholder, cannotWrite }: Shown): Record<string, string> {
  const { doc } = state
  const isEmpty = doc.childCount === 1 && doc.firstChild?.type.name === 'paragraph' && doc.firstChild.childCount === 0
  return {
    class: 'echo-prose',
    ...roleOf(state, listId),
    tabindex: '0',
    'aria-labelledby': labelId,
    ...(cannotWrite && { 'aria-readonly': 'true' }),
    ...(placeholder !== undefined && { 'aria-placeholder': placeholder }),
    ...(isEmpty && placeholder !== undefined && { 'data-placeholder': placeholder }),
  }
}

/** A text box, or a combobox while there is a list to choose from: a text box has none, and a combobox not several lines. */
function roleOf(state: EditorState, listId: string): Record<string, string> {
  const open = openSuggestion(state)
  if (open === undefined || open.options.length === 0) return { role: 'textbox', 'aria-multiline': 'true' }
  return {
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-haspopup': 'listbox',
    'aria-expanded': 'true',
    'aria-controls': listId,
    'aria-activedescendant': optionId(listId, open.active),
  }
}
