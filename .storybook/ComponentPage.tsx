import { ArgTypes, Description, DocsContext, Primary, Subtitle, Title } from '@storybook/addon-docs/blocks'
import { use, useSyncExternalStore, type ReactNode } from 'react'

/** The tokens of styles.css, with what they colour or measure. */
const tokens = {
  '--echo-bg': 'behind everything',
  '--echo-fg': 'text',
  '--echo-muted': 'hints and what is less important',
  '--echo-accent': 'links, the main button, what is chosen',
  '--echo-accent-fg': 'text on the accent',
  '--echo-danger': 'errors, and what deletes',
  '--echo-success': 'what went well',
  '--echo-border': 'lines',
  '--echo-radius': 'corners',
  '--echo-space': 'the distance that others are parts of',
  '--echo-font': 'typeface',
} as const

/** The page of a component: its first story, what it takes, its states, and the tokens that change its looks. */
export function ComponentPage(): ReactNode {
  const context = use(DocsContext)
  const stories = context.componentStories()
  const hasComponent = stories[0]?.component !== undefined
  return (
    <>
      <Title />
      <Subtitle />
      <Description />
      <Primary />
      {hasComponent && (
        <>
          <h2>Props</h2>
          <ArgTypes />
        </>
      )}
      <h2>States</h2>
      <ul>
        {stories.map((story) => (
          <li key={story.id}>
            <a href={`?path=/story/${story.id}`} target="_top">
              {story.name}
            </a>
          </li>
        ))}
      </ul>
      <h2>Tokens</h2>
      <Tokens />
    </>
  )
}

const never = (): (() => void) => () => {}

function Tokens(): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col">For</th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(tokens).map(([name, use]) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>{use}</td>
            <td>
              <Value name={name} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Value({ name }: { readonly name: string }): ReactNode {
  const value = useSyncExternalStore(never, () => getComputedStyle(document.documentElement).getPropertyValue(name).trim())
  return (
    <>
      {value.startsWith('light-dark') && (
        <span
          style={{
            display: 'inline-block',
            inlineSize: '1em',
            blockSize: '1em',
            marginInlineEnd: '0.5em',
            border: '1px solid',
            background: value,
          }}
        />
      )}
      <code>{value}</code>
    </>
  )
}
