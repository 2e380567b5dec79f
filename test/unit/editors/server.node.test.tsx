import { renderToString } from 'react-dom/server'
import * as Y from 'yjs'
import { describe, expect, it } from 'vitest'
import { RichTextEditor, type RichTextEditorProps } from '../../../src/editors/rich-text/index.ts'
import { createWritable } from '../../../src/shared/readable.ts'

describe('editors on a server', () => {
  it('show what the text says, and their names', () => {
    expect(typeof window).toBe('undefined')
    const yXml = new Y.Doc().getXmlFragment('xml')
    const text = { item: 'page', current: createWritable({ generation: 1, yXml }), content: createWritable('Sow <beans>') }
    const html = renderToString(<RichTextEditor label="Page" text={text as unknown as RichTextEditorProps['text']} />)
    expect(html).toContain('Sow &lt;beans&gt;')
    expect(html).toContain('Page')
    expect(renderToString(<RichTextEditor label="Nothing yet" text={undefined} />)).toContain('Nothing yet')
  })
})
