'use client'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { isBytes } from '../../shared/bytes.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { storedText } from '../basics/storedText.ts'

/** So many entries of one object or list are shown. */
const maxEntries = 100

export interface JsonViewProps extends Omit<ComponentProps<'div'>, 'children'> {
  readonly value: unknown
  /** So many levels are open at first; 1 by default. */
  readonly openLevels?: number
}

/**
 * A value to look into, level by level: an item, a list of them, an answer. What is closed is not rendered, so the value may be large, or hold itself.
 * @example
 * <JsonView value={useItem(space, Task, id)} />
 */
export function JsonView({ value, openLevels = 1, className, ...props }: JsonViewProps): ReactNode {
  return (
    <div data-slot="json" dir="ltr" className={classNames('echo-json', className)} {...props}>
      <JsonNode value={value} name={undefined} openLevels={openLevels} />
    </div>
  )
}

function JsonNode({
  value,
  name,
  openLevels,
}: {
  readonly value: unknown
  readonly name: string | undefined
  readonly openLevels: number
}): ReactNode {
  const { common, json } = useMessages()
  const [isOpen, setOpen] = useState(openLevels > 0)
  const label = name !== undefined && (
    <>
      <bdi>{shortText(name, common.bytes)}</bdi>
      {': '}
    </>
  )
  const entries = entriesOf(value)
  if (entries === undefined || entries.length === 0) {
    return (
      <div data-slot="json-value">
        <code>
          {label}
          <bdi>{shortText(value, common.bytes)}</bdi>
        </code>
      </div>
    )
  }
  const [before, after] = Array.isArray(value) ? '[]' : '{}'
  return (
    <details data-slot="json-node" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>
          {label}
          {before}
          {isOpen ? '' : entries.length}
          {after}
        </code>
      </summary>
      {isOpen && (
        <ul>
          {entries.slice(0, maxEntries).map(([key, part]) => (
            <li key={key}>
              <JsonNode value={part} name={Array.isArray(value) ? undefined : key} openLevels={openLevels - 1} />
            </li>
          ))}
          {entries.length > maxEntries && <li className="echo-hint">{json.more(entries.length - maxEntries)}</li>}
        </ul>
      )}
    </details>
  )
}

/** What a plain object or list holds; undefined for a value without parts. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || isBytes(value)) return undefined
  const prototype = Object.getPrototypeOf(value) as unknown
  return Array.isArray(value) || prototype === Object.prototype || prototype === null ? Object.entries(value) : undefined
}

function shortText(value: unknown, bytesText: (count: number) => string): string {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function' || value === undefined) {
    return storedText(typeof value === 'function' ? 'function' : String(value), bytesText).slice(1, -1)
  }
  // A reference and bytes are told by what holds them.
  const text = storedText([value], bytesText)
  return text.replace(/^\[\s*/, '').replace(/\s*\]$/, '')
}
