export { maxImageLength, maxImagesLength } from './imageData.ts'
export type { LinkableItem } from './itemLinkNode.ts'
export type { MentionablePerson } from './mentionNode.ts'
export { RichTextEditor, type RichTextEditorProps } from './RichTextEditor.tsx'
