'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useEchoContext } from './echoContext.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { ItemId } from '../shared/ids.ts'

/** The names of an item's fields. */
export type FieldKey<Row> = Exclude<keyof Row & string, 'id' | '$'>

type TextKey<Row> = { [K in FieldKey<Row>]: [Row[K]] extends [string | null | undefined] ? K : never }[FieldKey<Row>]

export interface FieldOptions {
  /** Milliseconds without typing after which the draft is stored; 300 by default. */
  readonly commitMs?: number
}

export interface FieldConversion<Value> extends FieldOptions {
  /** The text in the input for a value. */
  readonly format?: (value: Value) => string
  /** The value for a text; what it throws as EchoError goes to `error`. */
  readonly parse: (text: string) => Exclude<Value, undefined> | undefined
}

export interface Field {
  /** Spread these on an `<input>`, `<textarea>` or `<select>`. Read-only while there is no item, and for a reader of the space. */
  readonly props: {
    readonly value: string
    readonly readOnly: boolean
    readonly onChange: (event: { readonly target: { readonly value: string } }) => void
    readonly onBlur: () => void
    readonly onCompositionStart: () => void
    readonly onCompositionEnd: () => void
  }
  /** Whether the input holds something that is not stored yet. */
  readonly dirty: boolean
  /** Why the draft could not be stored; the draft stays in the input. */
  readonly error: EchoError | undefined
}

interface Draft {
  readonly owner: string
  readonly text: string
  /** Stored already, shown because the stored value reads differently (`1.` for 1) and the user may not be done. */
  readonly stored: boolean
}

interface Pending {
  readonly owner: string
  readonly text: string
  /** What the input showed when the draft began: going back to it is no edit and must not undo what a peer wrote meanwhile. */
  readonly base: string
  readonly store: () => void
  /** What the input will show once it is stored. */
  readonly stored: () => string
  readonly report: (error: EchoError | undefined) => void
}

/**
 * The draft of one field for an input: typing stays local and is stored on a pause, on blur, when the page is hidden and when the component
 * goes away. While there is a draft, changes of others do not touch the input; input methods finish before anything is stored.
 * @throws EchoError no-provider
 * @example
 * const title = useField(space, task, 'title')
 * <input {...title.props} aria-invalid={title.error !== undefined} />
 */
export function useField<Row extends { readonly id: ItemId }, K extends TextKey<Row>>(
  space: Space | undefined,
  item: Row | undefined,
  key: K,
  options?: FieldOptions,
): Field
export function useField<Row extends { readonly id: ItemId }, K extends FieldKey<Row>>(
  space: Space | undefined,
  item: Row | undefined,
  key: K,
  options: FieldConversion<Row[K]>,
): Field
export function useField<Row extends { readonly id: ItemId }, K extends FieldKey<Row>>(
  space: Space | undefined,
  item: Row | undefined,
  key: K,
  options: FieldOptions & Partial<FieldConversion<Row[K]>> = {},
): Field {
  const { report } = useEchoContext()
  const readOnly = useReadable(space?.info)?.role === 'reader' || space === undefined || item === undefined
  const { commitMs = 300, format = asText, parse } = options
  const owner = `${item?.id}/${key}`
  const [shown, setDraft] = useState<Draft>()
  const [failure, setFailure] = useState<{ readonly owner: string; readonly error: EchoError }>()
  const pending = useRef<Pending>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const composing = useRef(false)

  /** Stores what is pending. @returns whether nothing is left to store. */
  const flush = useCallback((): boolean => {
    clearTimeout(timer.current)
    const due = pending.current
    if (due === undefined) return true
    try {
      if (due.text !== due.base) due.store()
    } catch (error) {
      if (!(error instanceof EchoError)) throw error
      due.report(error)
      return false
    }
    pending.current = undefined
    due.report(undefined)
    const readsAlike = due.text === due.base || due.stored() === due.text
    setDraft(readsAlike ? undefined : { owner: due.owner, text: due.text, stored: true })
    return true
  }, [])

  useEffect(() => {
    function onVisibilityChange(): void {
      if (document.visibilityState === 'hidden') flush()
    }
    document.addEventListener('visibilitychange', onVisibilityChange)
    return () => {
      document.removeEventListener('visibilitychange', onVisibilityChange)
      composing.current = false
      const last = pending.current
      // Nobody will see the field's error any more.
      if (last !== undefined) pending.current = { ...last, report: (error) => error && report(error) }
      flush()
      pending.current = undefined
    }
  }, [space, owner, flush, report])

  const draft = shown?.owner === owner ? shown : undefined
  const settled = item === undefined ? '' : format(item[key])

  function onChange(event: { readonly target: { readonly value: string } }): void {
    // A <select> cannot be read-only, so it asks.
    if (readOnly) return
    const { value: text } = event.target
    const before = pending.current
    pending.current = {
      owner,
      text,
      base: before?.base ?? settled,
      store: () => writeField(space, item, key, parse === undefined ? text : parse(text)),
      stored: () => (parse === undefined ? text : format(parse(text) as Row[K])),
      report: (error) => setFailure(error && { owner, error }),
    }
    setDraft({ owner, text, stored: false })
    clearTimeout(timer.current)
    if (!composing.current) timer.current = setTimeout(flush, commitMs)
  }

  return {
    props: {
      value: draft?.text ?? settled,
      readOnly,
      onChange,
      onBlur: () => {
        composing.current = false
        if (flush()) setDraft(undefined)
      },
      onCompositionStart: () => {
        composing.current = true
        clearTimeout(timer.current)
      },
      onCompositionEnd: () => {
        composing.current = false
        if (pending.current !== undefined) timer.current = setTimeout(flush, commitMs)
      },
    },
    dirty: draft !== undefined && !draft.stored,
    error: failure?.owner === owner ? failure.error : undefined,
  }
}

function asText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

function writeField(space: Space, item: { readonly id: ItemId }, key: string, value: unknown): void {
  space.update(item.id, { [key]: value })
}
