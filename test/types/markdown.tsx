import { useText, type Space } from 'echo-react'
import { MarkdownEditor } from 'echo-react/markdown'

export function Notes({ space, id }: { space: Space; id: string }) {
  return <MarkdownEditor space={space} text={useText(space, id)} label="Notes" placeholder="Write something" />
}
