import { useCallback, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { inspectableOf } from '../../client/inspection/inspectable.ts'
import { inspectDocuments } from '../../client/inspection/inspectDocuments.ts'
import { plainName } from '../../components/basics/plainName.ts'
import { bytesText } from '../parts/figures.ts'
import { Id } from '../parts/Id.tsx'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Table } from '../parts/Table.tsx'
import { useReading } from '../parts/useReading.ts'

/** So many documents are drawn: a space may hold a text for each of thousands of items. */
const maxDrawn = 200

/** The documents of a space: what is open, and what each takes. */
export function DocumentsPanel({ space }: { readonly space: Space }): ReactNode {
  const reading = useReading(useCallback(() => inspectDocuments(inspectableOf(space)), [space]))
  const { value: documents } = reading
  return (
    <>
      <PanelHead reading={reading}>
        The items are one document, and so is each text or model of an item. “In Yjs” is known of those that are open; blocks in bundles are
        not counted among the bytes of a document, nor are those whose row cannot be read, which stand beside them.
      </PanelHead>
      {documents && (
        <Table
          label="Documents"
          rows={documents.slice(0, maxDrawn)}
          keyOf={({ id }) => id}
          empty="There is no document yet."
          columns={[
            {
              name: 'Document',
              cell: ({ id, isRoot, model }) =>
                isRoot ? (
                  'Items'
                ) : (
                  <>
                    <bdi>{model === undefined ? 'no item' : plainName(model)}</bdi> <Id id={id} />
                  </>
                ),
            },
            { name: 'Blocks', isNumber: true, cell: ({ blocks }) => blocks },
            { name: 'In bundles', isNumber: true, cell: ({ bundled }) => bundled },
            { name: 'On the disk', isNumber: true, cell: ({ bytesStored }) => bytesText(bytesStored) },
            { name: 'In Yjs', isNumber: true, cell: ({ open }) => (open === undefined ? '–' : bytesText(open.bytes)) },
            { name: 'Not cut yet', isNumber: true, cell: ({ open }) => (open === undefined ? '–' : bytesText(open.uncutBytes)) },
            { name: 'Held by', isNumber: true, cell: ({ open }) => (open === undefined ? 'closed' : (open.users ?? 'always')) },
            { name: 'Generation', isNumber: true, cell: ({ open }) => open?.generation ?? '–' },
            { name: 'Cache', cell: ({ isCached }) => (isCached ? 'cached' : '–') },
          ]}
        />
      )}
      {documents && documents.length > maxDrawn && <p className="echo-devtools-note">And {documents.length - maxDrawn} more.</p>}
    </>
  )
}
