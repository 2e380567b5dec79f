import { EditorView } from '@codemirror/view'
import { screen, within } from '@testing-library/dom'
import { StrictMode, Suspense, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { z } from 'zod'
import type { Echo, Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { MarkdownEditor } from '../../../src/editors/markdown/MarkdownEditor.tsx'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useText } from '../../../src/react/useText.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import { setup, until } from '../../../src/testing/setup.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

const prepare = () => setup('ann', 'ben', { types: [Note] })

let world: Awaited<ReturnType<typeof prepare>>
let hers: Space
let his: Space
let note: ItemId

beforeAll(async () => {
  world = await prepare()
  ;[hers, his] = await world.shareSpace('Garden', world.ann, world.ben)
})
afterAll(() => world.dispose())

beforeEach(async () => {
  root = createRoot(document.body.appendChild(document.createElement('div')))
  note = hers.create(Note, { title: 'Plan' }).id as ItemId
  await until(his.liveItem(Note, note), (item) => item !== undefined)
  const text = await his.openText(note)
  text.insert(0, 'before after')
  text.release()
})

afterEach(() => {
  root.unmount()
  document.body.replaceChildren()
})

function Pane({ name, echo, space, isShown = true }: { name: string; echo: Echo; space: Space; isShown?: boolean }) {
  return (
    <section aria-label={name}>
      <EchoProvider echo={echo}>
        <Suspense fallback={null}>{isShown && <Editor space={space} />}</Suspense>
      </EchoProvider>
    </section>
  )
}

function Editor({ space }: { space: Space }) {
  return <MarkdownEditor space={space} text={useText(space, note)} label="Notes" toolbar={false} />
}

const page = (isHersShown = true) => (
  <StrictMode>
    <Pane name="ann" echo={world.ann.echo} space={hers} isShown={isHersShown} />
    <Pane name="ben" echo={world.ben.echo} space={his} />
  </StrictMode>
)
const box = (name: string) => within(screen.getByRole('region', { name })).getByRole('textbox')
const viewOf = (name: string) => EditorView.findFromDOM(box(name))!
const shown = (name: string) => viewOf(name).state.doc.toString()
const caretsIn = (name: string) => [...box(name).querySelectorAll('.echo-caret bdi')].map(({ textContent }) => textContent)
const keys = (text: string) => userEvent.keyboard(text)
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
async function eventually<T>(read: () => T, expected: T): Promise<void> {
  await expect.poll(read, { timeout: 5000 }).toEqual(expected)
}

// Two people type at once, and act() knows only one thing at a time: React runs as it does in an app.
let root: Root
const show = (node: ReactNode) => root.render(node)

async function open(): Promise<void> {
  show(page())
  for (const name of ['ann', 'ben']) await eventually(() => viewOf(name)?.state.doc.toString(), 'before after')
}

function focusAt(name: string, position: number): void {
  viewOf(name).focus()
  viewOf(name).dispatch({ selection: { anchor: position } })
}

/** Types without the focus, which in one page only one editor can have. */
async function typeUnfocused(name: string, text: string, pauseMs: number): Promise<void> {
  for (const letter of text) {
    const view = viewOf(name)
    view.dispatch(view.state.replaceSelection(letter), { userEvent: 'input.type' })
    await wait(pauseMs)
  }
}

describe('two people in one paragraph', () => {
  it('type at the same place at ten keys a second, end with the same text, and take back only their own', async () => {
    await open()
    viewOf('ben').dispatch({ selection: { anchor: 7 } })
    focusAt('ann', 7)
    const typing = typeUnfocused('ben', 'BENWRITESTHISTOTHEEND', 100)
    for (const letter of 'annwritesthistotheend') {
      await keys(letter)
      await wait(60)
    }
    await typing
    await eventually(() => shown('ann') === shown('ben') && shown('ann').length, 54)
    expect(shown('ann')).toMatch(/^before (annwritesthistotheend|BENWRITESTHISTOTHEEND){2}after$/)

    await keys('{Control>}z{/Control}')
    await eventually(() => shown('ben'), 'before BENWRITESTHISTOTHEENDafter')
    expect(shown('ann')).toBe('before BENWRITESTHISTOTHEENDafter')
    await keys('{Control>}{Shift>}Z{/Shift}{/Control}')
    await eventually(() => shown('ben').includes('annwritesthistotheend'), true)
    // The caret stands where the step was done again.
    await keys('!')
    await eventually(() => shown('ben').includes('annwritesthistotheend!'), true)
  })

  it('lose nothing where an editor goes in the midst of typing and comes back, and can still take back what was typed before', async () => {
    await open()
    focusAt('ann', 7)
    const typing = typeUnfocused('ben', 'BENBEN', 50)
    await keys('ann')
    show(page(false))
    await eventually(() => screen.queryAllByRole('textbox').length, 1)
    await typing
    show(page())
    await eventually(() => screen.queryAllByRole('textbox').length, 2)
    await eventually(() => shown('ann'), shown('ben'))
    expect(shown('ann')).toContain('ann')
    expect(shown('ann')).toContain('BENBEN')
    focusAt('ann', 0)
    await keys('{Control>}z{/Control}')
    await eventually(() => shown('ben').includes('ann'), false)
    expect(shown('ben')).toContain('BENBEN')
  })

  it('see each other’s carets with names, while they are in the editor and no longer', async () => {
    await open()
    focusAt('ann', 3)
    await eventually(() => caretsIn('ben'), ['ann'])
    expect(box('ben').querySelector('.echo-caret')!.getAttribute('aria-hidden')).toBe('true')
    expect(caretsIn('ann')).toEqual([])
    box('ann').blur()
    await eventually(() => caretsIn('ben'), [])

    focusAt('ann', 3)
    await eventually(() => caretsIn('ben'), ['ann'])
    viewOf('ann').dispatch({ selection: { anchor: 0, head: 6 } })
    await eventually(() => box('ben').querySelector('.echo-selection')?.textContent, 'before')

    Object.defineProperty(document, 'hidden', { value: true, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
    await eventually(() => caretsIn('ben'), [])
    Reflect.deleteProperty(document, 'hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    await eventually(() => caretsIn('ben'), ['ann'])

    show(page(false))
    await eventually(() => caretsIn('ben'), [])
  })
})
