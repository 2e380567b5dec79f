import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { MarkdownEditor } from '../../../src/editors/markdown/index.ts'
import { createFakeSpace } from '../react/fakeEcho.ts'

describe('a Markdown editor on a server', () => {
  it('shows its text to read, with its label and its toolbar', () => {
    const garden = createFakeSpace()
    const { handle, current } = garden.text('note')
    current.get().yText.insert(0, '# written <before>')
    const html = renderToString(<MarkdownEditor space={garden.space} text={handle} label="Notes" />)
    expect(html).toMatch(/<textarea[^>]* readonly=""[^>]*># written &lt;before&gt;<\/textarea>/i)
    expect(html).toContain('>Notes</span>')
    expect(html).toContain('role="toolbar"')
    expect(current.listeners()).toBe(0)
  })

  it('is empty while there is no text', () => {
    const html = renderToString(<MarkdownEditor space={undefined} text={undefined} label="Notes" placeholder="Write" />)
    expect(html).toMatch(/<textarea[^>]* placeholder="Write"[^>]*><\/textarea>/)
    expect(html).toContain('data-state="closed"')
  })
})
