'use client'
import type { ComponentProps, CSSProperties, ReactNode } from 'react'
import { hueOf } from '../../client/spaces/memberHues.ts'
import { classNames } from '../basics/classNames.ts'
import { Picture } from './Picture.tsx'
import { bareName } from '../basics/plainName.ts'
import type { Profile } from '../../identity/profileRecord.ts'

/** How a person is drawn: what the profile says, and the colour that a space gives. */
export interface PersonLook {
  readonly name: string
  /** As members of one space have it, each another one; by the id alone where it is left out. */
  readonly hue?: number | undefined
  readonly colour?: Profile['colour'] | undefined
  readonly emoji?: Profile['emoji'] | undefined
  readonly picture?: Profile['picture'] | undefined
}

/** A person's picture, emoji or initials, on a colour of the person's own, named for screen readers. */
export function Avatar({
  id,
  hue = hueOf(id),
  name: given,
  colour,
  emoji,
  picture,
  className,
  style,
  ...props
}: ComponentProps<'span'> & PersonLook & { readonly id: string }): ReactNode {
  const name = bareName(given)
  const own = { '--echo-hue': String(hue), ...(colour !== undefined && { '--echo-person': colour }), ...style } as CSSProperties
  return (
    <span
      data-slot="avatar"
      data-coloured={colour === undefined ? undefined : ''}
      title={name}
      className={classNames('echo-avatar', className)}
      style={own}
      {...props}
    >
      {picture === undefined ? (
        <span aria-hidden="true">{letterOf(bareName(emoji ?? '')) || initialsOf(name)}</span>
      ) : (
        <Picture bytes={picture} />
      )}
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
