import { act, cleanup, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { page } from 'vitest/browser'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createKitWorld, KitPage } from '../../unit/components/kitCases.tsx'
import { kitComponents } from '../../unit/components/kitComponents.ts'
import '../../../src/components/styles.css'

/** Stands where the hostile texts stand later, to see whether a component shows them at all. */
const probe = 'Kohlrabi'
const markup = '<img src=x onerror=hit()>'

/** What a peer may write where others write a name, a title or a note. */
const texts: Readonly<Record<string, string>> = {
  markup,
  script: '<script>hit()</script>',
  'a reversing override': '\u202Eגן.5',
  'unclosed isolates': '\u2067\u2066\u2068גן\u2067',
  'letters from right to left': 'גן 5',
  zalgo: `G${'\u0301\u0316\u0334\u0489'.repeat(10)}`.repeat(80),
  'one long word': 'W'.repeat(10_000),
  '10,000 lines': 'line\n'.repeat(10_000),
  nothing: '',
  emoji: '👨‍👩‍👧‍👦🏳️‍🌈🇨🇭👋🏽1️⃣',
  'null characters': '\0Gar\0den\0',
}

/** To open everything takes its time: one of each kind of harm. */
const openedWith = new Set(['markup', 'letters from right to left', 'one long word'])

/** What stands in them are an app's own elements. */
const holdChildren = new Set(['Announcer', 'EchoErrorBoundary', 'IdentityGate'])
/** An app says what they are called. */
const namedByApp = new Set(['Button', 'Dialog', 'InfiniteList', 'InfiniteListView', 'MarkdownEditor', 'TextField'])

const rightToLeft = /[\u0590-\u08FF\u202A-\u202E\u2066-\u2069]/u

const mustHaveName = new Set(['A', 'BUTTON', 'DIALOG'])

/** Two names of 60 letters with 16 units each, and a sentence around them. */
const maxName = 2_100

/** What an element is called, where it is one that has a name. */
function spokenName(element: Element): string | undefined {
  const labels = element.getAttribute('aria-labelledby')?.split(' ')
  if (labels !== undefined) return labels.map((id) => document.getElementById(id)?.textContent).join(' ')
  const isNamedByContent = /^(BUTTON|H[1-6]|SUMMARY|OPTION|LEGEND|LABEL|A)$/.test(element.tagName)
  return element.getAttribute('aria-label') ?? (isNamedByContent ? element.textContent : undefined)
}

/** Everything in the page that is heard and not seen, and each name. */
function spoken(): (readonly [Element, string])[] {
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.checkVisibility())
    .flatMap((element) =>
      [spokenName(element), ...['aria-description', 'aria-valuetext', 'title', 'alt'].map((name) => element.getAttribute(name))]
        .filter((name) => typeof name === 'string')
        .map((name) => [element, name] as const),
    )
}

const tagOf = (element: Element): string => `${element.tagName.toLowerCase()}.${element.className}`

/** Boxes in which something is cut off, or has to be scrolled to from side to side. */
function overflowing(): string[] {
  const faults = [...document.body.querySelectorAll('*'), document.documentElement].filter((element) => {
    if (element.scrollWidth <= element.clientWidth + 1 || element.clientWidth <= 1) return false
    // Buttons in one row, on a phone: those out of sight come by the arrow keys or a swipe.
    if (element.getAttribute('role') === 'toolbar') return false
    const { overflowX, textOverflow } = getComputedStyle(element)
    return element === document.documentElement || (overflowX !== 'visible' && textOverflow !== 'ellipsis' && element.tagName !== 'INPUT')
  })
  return faults.map((element) => `${tagOf(element)} is ${element.scrollWidth} wide, of ${element.clientWidth}`)
}

/** Words beside which letters of the other direction stand without a fence. */
function unfenced(): string[] {
  const faults: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode as Text
    const words = text.data.replace(/\u2068[^\u2066-\u2069]*\u2069/gu, '')
    if (!rightToLeft.test(words)) continue
    // Up to what stands alone: a block, or an element that is a fence itself.
    let element = text.parentElement!
    let style = getComputedStyle(element)
    while (style.display === 'inline' && style.unicodeBidi === 'normal') {
      element = element.parentElement!
      style = getComputedStyle(element)
    }
    // A stored value in a <pre> has no words of ours in it.
    if (style.display === 'inline' || element.tagName === 'PRE' || !/[a-z]/i.test(element.textContent)) continue
    faults.push(`${tagOf(element)} is turned: ${element.textContent.slice(0, 60)}`)
  }
  return faults
}

/** What is wrong with what is in the page now. */
function faultsOf(name = ''): string[] {
  const made = [...document.body.querySelectorAll('script, [onerror], img[src="x"]')]
  const names = namedByApp.has(name) ? [] : spoken()
  return [
    ...made.map((element) => `${tagOf(element)} is made of a text`),
    ...(holdChildren.has(name) ? [] : [...overflowing(), ...unfenced()]),
    ...names.filter(([, each]) => each.length > maxName).map(([element, each]) => `${tagOf(element)} has a name of ${each.length}`),
    ...names
      .filter(([element, each]) => mustHaveName.has(element.tagName) && each.trim() === '')
      .map(([element]) => `${tagOf(element)} has no name`),
  ]
}

/** All that is seen and heard. */
function shown(): string {
  const values = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(({ value }) => value)
  return [document.body.textContent, ...spoken().map(([, name]) => name), ...values].join('\n')
}

async function show(element: ReactNode): Promise<void> {
  await act(async () => render(element))
  await vi.waitFor(() => expect(document.body.textContent).not.toContain('splash'))
}

/** Opens what can be opened: details, and the dialogs and forms behind the buttons that stand in the page. */
async function openAll(): Promise<void> {
  const buttons = [...document.querySelectorAll('button')].filter((button) => button.closest('dialog, [role="toolbar"]') === null)
  for (const button of buttons) await act(async () => button.click())
  await act(async () => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
}

beforeAll(() => page.viewport(360, 740))
afterEach(cleanup)

describe('with texts of somebody hostile, on a narrow phone', () => {
  it.each(kitComponents)('%s stays whole', async (name) => {
    await show(<KitPage name={name} world={createKitWorld(probe)} />)
    const showsText = shown().includes(probe)
    cleanup()
    const faults: string[] = []
    for (const [what, text] of Object.entries(texts)) {
      await show(<KitPage name={name} world={createKitWorld(text)} />)
      faults.push(...faultsOf(name).map((fault) => `${what}: ${fault}`))
      if (openedWith.has(what) && !holdChildren.has(name)) {
        await openAll()
        faults.push(...faultsOf(name).map((fault) => `${what}, opened: ${fault}`))
      }
      if (text === markup && showsText && !shown().includes(markup)) faults.push('markup is not shown as text')
      cleanup()
    }
    expect(faults).toEqual([])
  })
})

it('each kind of fault is found', async () => {
  await show(
    <>
      <div dangerouslySetInnerHTML={{ __html: '<img src="x">' }} />
      <p className="wide" style={{ overflow: 'hidden' }}>
        {texts['one long word']}
      </p>
      <p className="page">{texts['one long word']}</p>
      <p className="turned">by {texts['letters from right to left']} · Jan</p>
      <button type="button" className="long" aria-label={texts['one long word']} />
      <button type="button" className="nameless">
        {texts['nothing']}
      </button>
    </>,
  )
  expect(faultsOf().map((fault) => fault.replace(/\d{4,}/, '…'))).toEqual([
    'img. is made of a text',
    'p.wide is … wide, of 360',
    'html. is … wide, of 360',
    'p.turned is turned: by גן 5 · Jan',
    'button.long has a name of …',
    'button.nameless has no name',
  ])
})
