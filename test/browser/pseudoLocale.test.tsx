import { composeStories } from '@storybook/react-vite'
import { cleanup, render } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { EchoUiConfig } from '../../src/components/config/EchoUiConfig.tsx'
import { englishMessages } from '../../src/components/config/englishMessages.ts'
import { pseudoMessages } from '../../stories/pseudoMessages.ts'
import type { ComponentType } from 'react'

const messages = pseudoMessages(englishMessages)

type Composed = ComponentType & { readonly args?: object }

/** Small apps around the kit, with words of their own. */
const apps = /\/(TwoPeers|Models|EchoDevtools)\.stories/
const stories = Object.entries(import.meta.glob('../../stories/*.stories.tsx', { eager: true }))
  .filter(([path]) => !apps.test(path))
  .flatMap(([path, file]) =>
    Object.entries(composeStories(file as Parameters<typeof composeStories>[0]))
      // What is loaded first is a whole database, and only data.
      .filter(([name]) => (file as Record<string, { readonly loaders?: unknown }>)[name]?.loaders === undefined)
      .map(([name, Story]) => [`${path.replace(/.*\/|\.stories\.tsx/g, '')} ${name}`, Story as Composed] as const),
  )

/** What stories write other than through their args. A text that a component shows belongs into `messages.ts` instead. */
const writtenByStories = [
  'Unrecognized key',
  'Your role does not allow this.',
  'Invitation link',
  'Paste the link that you were sent.',
  'Continue',
  'open invitation besides',
  'The app goes on below.',
  'Remove me',
  'Garden',
  'Choir',
  'active idle away offline',
  'Title',
  'Notes',
  'Here',
  'There',
  'Beans: water twice a day. Weed the path.',
  'Three beds',
  'Water the beans. Peas on Monday.',
]

const shownAttributes = ['aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'title', 'placeholder', 'alt']
/** An error's own message is for developers, a text in an editor and a stored value are somebody's, initials are of a name. */
const unread = 'style, script, [data-slot="error"] details > p, [data-slot="avatar"], [contenteditable], textarea, [data-slot="json"] code'

afterEach(cleanup)

/** What the page shows or has read out. */
function textsOf(root: Element): string[] {
  const texts: string[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    if (node instanceof Element) texts.push(...shownAttributes.map((name) => node.getAttribute(name) ?? ''))
    else if (node.parentElement!.closest(unread) === null) texts.push(node.textContent ?? '')
  }
  return texts
}

/** Messages may hold messages. */
function withoutMarked(text: string): string {
  const rest = text.replace(/⟦[^⟦⟧]*⟧/gu, '')
  return rest === text ? text : withoutMarked(rest)
}

/** Names are cut, and stripped of what hides or reorders, before they are shown: the letters are compared. */
const lettersOf = (text: string): string => text.replace(/\\u\{\w+\}|[^\p{L}]/gu, '')

/** Every string in the args, but not what tells a component which state to show. */
function dataIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return /^(status|code|reason|mode|role)$/.test(key) ? [] : [value]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  return Object.entries(value).flatMap(([each, part]) => [each, ...dataIn(part, Array.isArray(value) ? key : each)])
}

function literalsIn(root: Element, args: object | undefined): string[] {
  const data = [...dataIn(args), ...writtenByStories].map(lettersOf)
  return textsOf(root).filter((text) => {
    // A stored value is shown as JSON: each of its strings is data.
    const parts = withoutMarked(text).split(/["\n:.]|, |\bnull\b/)
    return parts.some((part) => lettersOf(part) !== '' && !data.some((each) => each.includes(lettersOf(part))))
  })
}

describe('in the pseudo-locale', () => {
  it.each(stories)('%s shows nothing but messages and data', (_name, Story) => {
    render(
      <EchoUiConfig messages={messages}>
        <Story />
      </EchoUiConfig>,
    )
    expect(literalsIn(document.body, Story.args)).toEqual([])
  })
})

it('a word that no message gave is found', () => {
  render(
    <EchoUiConfig messages={messages}>
      <p>Close</p>
      <button aria-label="Save it">⟦ŝ⟧</button>
      <p>⟦Ŵ ⟦Ŵ⟧⟧ · Ann</p>
    </EchoUiConfig>,
  )
  expect(literalsIn(document.body, { name: 'Ann', status: 'Close' })).toEqual(['Close', 'Save it'])
})
