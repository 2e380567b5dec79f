import { useText, type Space } from 'echo-react'
import { RichTextEditor } from 'echo-react/rich-text'

// `Page` is a type of yours: defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })
export function PageEditor({ space, id }: { space: Space; id: string }) {
  return <RichTextEditor space={space} text={useText(space, id, 'rich-text')} label="Page" placeholder="Write something" />
}
