import { useCallback, useEffect, useState, type ReactNode } from 'react'
import { rootDocumentId, type BlockId } from '../../shared/ids.ts'
import type { Space } from '../../client/echo.ts'
import { inspectableOf } from '../../client/inspection/inspectable.ts'
import { inspectBlocks, inspectHeader, sizesOfBlocks, type InspectedBlock } from '../../client/inspection/inspectBlocks.ts'
import { InfiniteListView } from '../../components/data/InfiniteList.tsx'
import { JsonView } from '../../components/data/JsonView.tsx'
import { useReadable } from '../../react/useReadable.ts'
import { Badge } from '../parts/Badge.tsx'
import { bytesText, timeText } from '../parts/figures.ts'
import { Id } from '../parts/Id.tsx'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Person, useNames } from '../parts/Person.tsx'
import { useReading } from '../parts/useReading.ts'

const pageSize = 100
const verdicts = ['accepted', 'withdrawn', 'held', 'refused'] as const
type Verdict = (typeof verdicts)[number]

/** The blocks of a space, the newest first: who wrote them, and what became of each. */
export function BlocksPanel({ space }: { readonly space: Space }): ReactNode {
  const [verdict, setVerdict] = useState<Verdict>()
  const [author, setAuthor] = useState<string>()
  const reading = useReading(
    useCallback(() => inspectBlocks(inspectableOf(space)), [space]),
    2000,
  )
  const names = useNames(space)
  const { value: blocks = [] } = reading
  const authors = [...new Set(blocks.map(({ identity }) => identity))]
  const shown = blocks.filter((block) => (verdict ?? block.verdict) === block.verdict && (author ?? block.identity) === block.identity)
  return (
    <>
      <PanelHead reading={reading}>
        {blocks.length} blocks are here. Told by their headers alone, nothing is decrypted; the time is that of the author’s clock.
      </PanelHead>
      <div className="echo-devtools-filters">
        <label>
          Verdict{' '}
          <select value={verdict ?? ''} onChange={({ target }) => setVerdict(verdicts.find((name) => name === target.value))}>
            <option value="">all</option>
            {verdicts.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Author{' '}
          <select value={author ?? ''} onChange={({ target }) => setAuthor(target.value || undefined)}>
            <option value="">all</option>
            {authors.map((id) => (
              <option key={id} value={id}>
                {names.get(id) ?? id.slice(0, 8)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {(verdict ?? 'refused') === 'refused' && author === undefined && (
        <Refusals space={space} names={names} isAsked={verdict === 'refused'} />
      )}
      {verdict !== 'refused' && reading.value !== undefined && (
        <Log key={`${verdict} ${author}`} space={space} blocks={shown} names={names} />
      )}
    </>
  )
}

interface Named {
  readonly space: Space
  readonly names: ReadonlyMap<string, string>
}

/** Blocks that broke a rule are not kept; what is known of them is who passed them on, whom they name as their author, and which layer refused them. */
function Refusals({ space, names, isAsked }: Named & { readonly isAsked: boolean }): ReactNode {
  const refused = useReadable(space.diagnostics).filter(({ code }) => code === 'block-refused')
  if (refused.length === 0) return isAsked && <p className="echo-devtools-note">No block was refused since the space was opened.</p>
  return (
    <ul className="echo-devtools-list" aria-label="Refused blocks">
      {refused.toReversed().map(({ device, identity, claimedAuthor, message, count, timeMs }) => (
        <li key={`${device} ${message}`}>
          <Badge tone="bad">refused</Badge> {timeText(timeMs)} · passed on by <Person id={identity} names={names} />, device{' '}
          <Id id={device} />
          {claimedAuthor !== undefined && (
            <>
              {' '}
              · names <Person id={claimedAuthor} names={names} /> as its author, unproven
            </>
          )}
          {count > 1 && ` · ${count} times`}
          <p>{message}</p>
        </li>
      ))}
    </ul>
  )
}

function Log({ space, blocks, names }: Named & { readonly blocks: readonly InspectedBlock[] }): ReactNode {
  const [count, setCount] = useState(pageSize)
  const rows = blocks.slice(0, count)
  const sizes = useSizes(space, rows)
  return (
    <InfiniteListView
      className="echo-devtools-log"
      label="Blocks"
      rows={rows}
      total={blocks.length}
      onMore={() => setCount(count + pageSize)}
      empty={<p className="echo-devtools-note">There is no such block.</p>}
    >
      {(block) => <BlockRow space={space} block={block} names={names} bytes={sizes.get(block.id)} />}
    </InfiniteListView>
  )
}

/** Reads how large the blocks are that come into view, each once. */
function useSizes(space: Space, rows: readonly InspectedBlock[]): ReadonlyMap<BlockId, number> {
  const [sizes, setSizes] = useState<ReadonlyMap<BlockId, number>>(new Map())
  const [asked] = useState(() => new Set<BlockId>())
  useEffect(() => {
    const wanted = rows.map(({ id }) => id).filter((id) => !asked.has(id))
    if (wanted.length === 0) return
    for (const id of wanted) asked.add(id)
    sizesOfBlocks(inspectableOf(space), wanted).then(
      (read) => setSizes((before) => new Map([...before, ...read])),
      // A storage that fails says so in its own panel; a size that is not known is shown as such.
      () => {},
    )
  }, [space, rows, asked])
  return sizes
}

function BlockRow({
  space,
  block,
  names,
  bytes,
}: Named & { readonly block: InspectedBlock; readonly bytes: number | undefined }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const { id, verdict, why, identity, device, slot, seq, document, timeMs, epoch } = block
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Badge tone={verdict === 'accepted' ? 'good' : verdict === 'held' ? 'neutral' : 'bad'}>{verdict}</Badge>
        {why !== undefined && <span>{reasons[why]}</span>}
        <span>{timeText(timeMs)}</span>
        <span>
          <Person id={identity} names={names} />
        </span>
        <span>
          <Id id={device} />/{slot} #{seq}
        </span>
        <span>{document === rootDocumentId ? 'items' : <Id id={document} />}</span>
        <span>epoch {epoch ?? 'unknown'}</span>
        <span>{bytes === undefined ? 'size unknown' : bytesText(bytes)}</span>
      </summary>
      {isOpen && <JsonView value={inspectHeader(inspectableOf(space), id)} />}
    </details>
  )
}

const reasons: Readonly<Record<NonNullable<InspectedBlock['why']>, string>> = {
  'author-ended': 'the author may not write any more',
  'taken-back': 'taken back by its device, or behind a fork',
  'awaits-block': 'waits for a block before it',
  'awaits-operations': 'waits for membership',
  'awaits-key': 'waits for a key',
}
