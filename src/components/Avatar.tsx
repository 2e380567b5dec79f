'use client'
import type { ComponentProps, CSSProperties, ReactNode } from 'react'
import { classNames } from './classNames.ts'

/** A person's initials on a colour of their own, named for screen readers. */
export function Avatar({
  id,
  name,
  className,
  style,
  ...props
}: ComponentProps<'span'> & { readonly id: string; readonly name: string }): ReactNode {
  const colour = { '--echo-hue': String(hueOf(id)), ...style } as CSSProperties
  return (
    <span data-slot="avatar" title={name} className={classNames('echo-avatar', className)} style={colour} {...props}>
      <span aria-hidden="true">{initialsOf(name)}</span>
      <span className="echo-visually-hidden">{name}</span>
    </span>
  )
}

/** The first letters of the first and the last word: two at most, `?` for a name without any. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u)
  const first = letterOf(words[0] ?? '')
  const last = words.length > 1 ? letterOf(words.at(-1) ?? '') : ''
  return `${first}${last}`.toLocaleUpperCase() || '?'
}

/** One whole character, also where it is made of several code points. */
function letterOf(word: string): string {
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word)
  for (const { segment } of segments) return segment
  return ''
}

/** A hue in degrees that is the same for an id everywhere. */
export function hueOf(id: string): number {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) >>> 0
  return hash % 360
}
