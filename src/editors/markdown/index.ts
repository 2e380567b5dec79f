export { MarkdownEditor, MarkdownEditorView, type MarkdownEditorProps, type MarkdownEditorViewProps } from './MarkdownEditor.tsx'
