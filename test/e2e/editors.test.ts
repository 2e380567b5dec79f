import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { percentile, report, setupHarness, share } from './harness.ts'
import type { EditorName } from './page/editors.tsx'

const harness = setupHarness()
const keysPerSecond = 10
const path = 'editors.html'

/** What names the caret of another; a plain field has none. */
const caretOf: Partial<Record<EditorName, string>> = { MarkdownEditor: '.echo-caret', RichTextEditor: '.echo-caret' }

const field = (page: Page) => page.getByRole('textbox', { name: 'Text', exact: true })
const content = (page: Page) => page.evaluate(() => window.editors.content())
const generation = (page: Page) => page.evaluate(() => window.editors.generation())

/** A person at a keyboard who types these characters in turn, so that one that is lost, doubled or misplaced shows. */
function createTypist(page: Page, alphabet: string) {
  let typed = ''
  return {
    get typed() {
      return typed
    },
    async type(seconds: number) {
      const keys = Array.from({ length: seconds * keysPerSecond }, (_, i) => alphabet[(typed.length + i) % alphabet.length]).join('')
      typed += keys
      await page.keyboard.type(keys, { delay: 1_000 / keysPerSecond })
    },
  }
}

async function typeTogether(editor: EditorName): Promise<void> {
  const [ann, bob, gus] = [
    await harness.person('Ann', { path }),
    await harness.person('Bob', { path }),
    await harness.person('Gus', { path }),
  ]
  await share(ann, bob, gus)
  const id = await ann.evaluate((name) => window.editors.create(name), editor)
  for (const page of [ann, bob, gus]) await page.evaluate(([name, item]) => window.editors.open(name, item), [editor, id] as const)
  const caret = caretOf[editor]
  const untilBobsCaret = async (count: number): Promise<void> => {
    if (caret !== undefined) await expect.poll(() => ann.locator(caret).filter({ hasText: 'Bob' }).count(), { timeout: 5_000 }).toBe(count)
  }

  // Ann writes between two letters, Bob behind them.
  await field(ann).focus()
  await ann.keyboard.type('ab')
  await ann.keyboard.press('ArrowLeft')
  for (const page of [bob, gus]) await expect.poll(() => content(page)).toBe('ab')
  const toTheEnd = async (): Promise<void> => {
    await field(bob).focus()
    await bob.keyboard.press('Control+End')
  }
  await toTheEnd()

  // Gus signs two blocks for one place of his feed. The one that all have had for a while falls, so their documents are built anew.
  const [former, latter] = await gus.evaluate(
    async ([item, isRich]) => {
      await window.lab.space.flush()
      await window.lab.patched.take()
      return window.lab.patched.fork(item, isRich, ['Gus ', 'GUS '])
    },
    [id, editor === 'RichTextEditor'] as const,
  )
  expect(await gus.evaluate((url) => window.lab.patched.enter(url, 2), harness.signalingUrl())).toBe(2)
  const send = (block: string) => gus.evaluate((bytes) => window.lab.patched.send([bytes]), block)

  const [hers, his] = [createTypist(ann, '0123456789'), createTypist(bob, 'klmnopqrst')]
  const meanwhile = async (): Promise<string> => {
    await send(former)
    for (const page of [ann, bob]) await expect.poll(() => content(page), { timeout: 5_000 }).toMatch(/^gus /i)
    const word = (await content(ann)).slice(0, 4)
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const before = [await generation(ann), await generation(bob)]
    await send(latter)
    for (const [i, page] of [ann, bob].entries()) await expect.poll(() => generation(page), { timeout: 8_000 }).toBeGreaterThan(before[i]!)
    return word === 'Gus ' ? 'GUS ' : 'Gus '
  }
  const typeAndRemount = async (): Promise<void> => {
    await his.type(3)
    await untilBobsCaret(1)
    // In the moment after a key.
    await bob.evaluate(() => window.editors.show(false))
    await untilBobsCaret(0)
    await bob.evaluate(() => window.editors.show(true))
    await toTheEnd()
    await his.type(17)
  }
  const [word] = await Promise.all([meanwhile(), hers.type(20), typeAndRemount()])

  const whole = `${word}a${hers.typed}b${his.typed}`
  await expect.poll(() => content(ann), { timeout: 10_000 }).toBe(whole)
  await expect.poll(() => content(bob)).toBe(whole)
  await untilBobsCaret(1)
  for (const page of [ann, bob]) {
    const shown = editor === 'TextField' ? await field(page).inputValue() : await field(page).innerText()
    // What stands in the carets of others is none of the text.
    expect(shown.replaceAll(/\n|Ann|Bob|\u2060/g, '')).toBe(whole)
  }

  // Bob takes back what is his, and nothing else.
  for (let press = 0; press < 5; press++) await bob.keyboard.press('Control+z')
  await expect.poll(() => content(ann)).not.toBe(whole)
  const left = await content(bob)
  expect(whole.startsWith(left)).toBe(true)
  expect(left).toContain(`a${hers.typed}b`)
  await expect.poll(() => content(ann)).toBe(left)

  await bob.evaluate(() => (document.activeElement as HTMLElement).blur())
  await untilBobsCaret(0)
  const delays = [...(await ann.evaluate(() => window.editors.delays)), ...(await bob.evaluate(() => window.editors.delays))]
  report(`${editor}, from a key to the second frame, ms`, { p50: percentile(delays, 0.5), p95: percentile(delays, 0.95) })
}

describe('two people who type in one paragraph, ten keys a second', () => {
  it.each(['TextField', 'MarkdownEditor', 'RichTextEditor'] as const)(
    'of a %s keep every key through an editor that goes and comes and a document that is built anew',
    typeTogether,
  )
})
