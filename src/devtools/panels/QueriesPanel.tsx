import { useCallback, useState, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import type { InspectedQuery, QueryInspector } from '../../client/inspection/inspectQueries.ts'
import { JsonView } from '../../components/data/JsonView.tsx'
import { msText } from '../parts/figures.ts'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Table } from '../parts/Table.tsx'
import { useReading } from '../parts/useReading.ts'

const maxDrawn = 200

/** The live answers of a space: who listens, how many rows, and what they cost. */
export function QueriesPanel({ space, queries }: { readonly space: Space; readonly queries: QueryInspector }): ReactNode {
  const { value: shown = [] } = useReading(queries.read, 1000)
  const dearest = shown.toSorted((a, b) => costOf(b) - costOf(a))
  return (
    <>
      <PanelHead>
        What the app asks and keeps up to date, the dearest first. Measured since the devtools are open: “Upkeep” is what taking changes
        over has cost, for all queries that differ in limit and offset only.
      </PanelHead>
      <Table
        label="Live queries"
        rows={dearest.slice(0, maxDrawn)}
        keyOf={({ key }) => key}
        empty="Nothing is asked at present."
        columns={[
          { name: 'Query', cell: (row) => <Question space={space} row={row} /> },
          { name: 'Gives', cell: ({ kind }) => kind },
          { name: 'Rows', isNumber: true, cell: ({ size }) => size ?? '–' },
          { name: 'Listeners', isNumber: true, cell: ({ listeners }) => listeners },
          { name: 'Runs', isNumber: true, cell: ({ cost }) => cost.runs },
          { name: 'Last', isNumber: true, cell: ({ cost }) => (cost.runs === 0 ? '–' : msText(cost.lastMs)) },
          { name: 'Total', isNumber: true, cell: ({ cost }) => msText(cost.totalMs) },
          { name: 'Upkeep', isNumber: true, cell: ({ cost }) => msText(cost.upkeepMs) },
        ]}
      />
      {shown.length > maxDrawn && <p className="echo-devtools-note">And {shown.length - maxDrawn} more.</p>}
    </>
  )
}

function costOf({ cost }: InspectedQuery): number {
  return cost.totalMs + cost.upkeepMs
}

/** What is asked in one line; opened, the whole of it, and how it is answered. */
function Question({ space, row }: { readonly space: Space; readonly row: InspectedQuery }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const { query, asks, filters } = row
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>
          <bdi>{lineOf(asks)}</bdi>
          {filters > 0 && ` + ${filters} ${filters === 1 ? 'filter' : 'filters'}`}
        </code>
      </summary>
      {isOpen && <JsonView value={asks} />}
      {isOpen && query !== undefined && <Explanation space={space} query={query} />}
    </details>
  )
}

function Explanation({ space, query }: { readonly space: Space; readonly query: NonNullable<InspectedQuery['query']> }): ReactNode {
  const { value, error } = useReading(useCallback(() => space.explain(query), [space, query]))
  return error === undefined ? <JsonView value={value} /> : <p>{error}</p>
}

const maxLine = 120

/** In one line, without the quotes that JSON needs, or anything that turns what stands around it. */
function lineOf(asks: InspectedQuery['asks']): string {
  const text = JSON.stringify(asks)
    .slice(1, -1)
    .replace(/"(\w+)":/g, '$1: ')
    .replace(/[\p{Cf}\p{Cc}]/gu, ' ')
  if (text === '') return 'everything'
  return text.length > maxLine ? `${text.slice(0, maxLine)}…` : text
}
