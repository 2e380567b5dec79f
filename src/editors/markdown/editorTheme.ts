import { syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tagHighlighter, tags } from '@lezer/highlight'

const highlighter = tagHighlighter([
  { tag: tags.heading, class: 'echo-md-heading' },
  { tag: tags.strong, class: 'echo-md-strong' },
  { tag: tags.emphasis, class: 'echo-md-emphasis' },
  { tag: tags.strikethrough, class: 'echo-md-strikethrough' },
  { tag: tags.monospace, class: 'echo-md-code' },
  { tag: [tags.link, tags.url], class: 'echo-md-link' },
  { tag: [tags.meta, tags.processingInstruction, tags.quote, tags.comment, tags.contentSeparator], class: 'echo-md-quiet' },
])

/**
 * The editor in the kit's tokens. What the editor says of itself lies in no layer, so what has to win over it stands here and not in styles.css, where the
 * classes of the highlighting and of carets are.
 */
export const editorTheme = [
  syntaxHighlighting(highlighter),
  EditorView.theme({
    '&': { color: 'var(--echo-fg)', fontSize: '1rem' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'inherit', lineHeight: '1.6', overflowX: 'hidden' },
    '.cm-content': { padding: '1.1rem 0.75rem 0.75rem', minBlockSize: '8rem', caretColor: 'var(--echo-fg)', minInlineSize: '0' },
    '.cm-line': { padding: '0', overflowWrap: 'anywhere', textAlign: 'start' },
    '.cm-placeholder': { color: 'var(--echo-muted)' },
    '.cm-specialChar': { color: 'var(--echo-danger)' },
  }),
]
