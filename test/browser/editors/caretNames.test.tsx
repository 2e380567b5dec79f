import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { MarkdownEditor } from '../../../src/editors/markdown/MarkdownEditor.tsx'
import { RichTextEditor } from '../../../src/editors/rich-text/RichTextEditor.tsx'
import { toTextPlace } from '../../../src/editors/textCursor.ts'
import { createFakeSpace, type FakeSpace } from '../../unit/react/fakeEcho.ts'
import { createText, createTree } from './richTextTrees.ts'
import '../../../src/components/styles.css'

afterEach(cleanup)

const name = 'Wilhelmina of Oranje-Nassau'

/** Somebody's caret behind so many characters. */
function pointAt(garden: FakeSpace, item: string, type: Y.Text | Y.XmlText, index: number): void {
  const place = toTextPlace(JSON.parse(JSON.stringify(Y.createRelativePositionFromTypeIndex(type, index))))
  act(() =>
    garden.others.set([
      {
        identity: 'wil' as never,
        key: 'w',
        name,
        activity: 'active',
        typing: undefined,
        data: { item, anchor: place, head: place },
      },
    ]),
  )
}

function lettersBefore(caret: Element | null | undefined): number | undefined {
  const box = caret?.closest('[role="textbox"]')
  if (!caret || !box) return undefined
  const range = document.createRange()
  range.setStart(box, 0)
  range.setEndBefore(caret)
  return range.toString().length
}

const words = 'Water the beans twice a day, and the peas on Monday.'

const editors = {
  markdown(garden: FakeSpace) {
    const { handle, current } = garden.text('note')
    const { yText } = current.get()
    yText.insert(0, words)
    return { element: <MarkdownEditor space={garden.space} text={handle} label="Notes" toolbar={false} />, item: 'note', type: yText }
  },
  'rich-text'(garden: FakeSpace) {
    const tree = createTree(words)
    const text = createText(tree)
    const type = (tree.get(0) as Y.XmlElement).get(0) as Y.XmlText
    return { element: <RichTextEditor space={garden.space} text={text} label="Notes" hideToolbar />, item: text.item, type }
  },
}

for (const [editor, open] of Object.entries(editors)) {
  for (const dir of ['ltr', 'rtl'] as const) {
    it(`shows the whole name at every caret of a narrow ${editor} editor that is written ${dir}`, async () => {
      const garden = createFakeSpace()
      const { element, item, type } = open(garden)
      const { container } = render(
        <div dir={dir} style={{ inlineSize: 240, marginInline: 100 }}>
          {element}
        </div>,
      )
      const frame = container.querySelector('.echo-editor-frame')!
      const starts = new Set<number>()
      for (let index = 1; index <= words.length; index += 4) {
        pointAt(garden, item, type, index)
        const label = await vi.waitFor(() => {
          const found = container.querySelector('.echo-caret bdi')
          expect([found?.textContent, lettersBefore(found?.parentElement)]).toEqual([name, index])
          return found!
        })
        const [shown, room, caret] = [label, frame, label.parentElement!].map((each) => each.getBoundingClientRect())
        expect(shown!.width).toBeGreaterThan(100)
        expect(shown!.left).toBeGreaterThanOrEqual(room!.left)
        expect(shown!.right).toBeLessThanOrEqual(room!.right)
        // Above the caret, and over it.
        expect(Math.abs(shown!.bottom - caret!.top)).toBeLessThan(4)
        expect(shown!.left - 3).toBeLessThanOrEqual(caret!.left)
        expect(shown!.right + 3).toBeGreaterThanOrEqual(caret!.right)
        starts.add(Math.round(shown!.left))
      }
      expect(starts.size).toBeGreaterThan(2)
    })
  }
}
