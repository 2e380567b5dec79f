import { useCallback, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { inspectableOf } from '../../client/inspection/inspectable.ts'
import { inspectStorage } from '../../client/inspection/inspectStorage.ts'
import { useStorageStatus } from '../../react/useStorageStatus.ts'
import { Facts } from '../parts/Facts.tsx'
import { bytesText } from '../parts/figures.ts'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Table } from '../parts/Table.tsx'
import { useReading } from '../parts/useReading.ts'

/** How this device keeps data, how much room there is, and the rows of the space. */
export function StoragePanel({ space }: { readonly space: Space }): ReactNode {
  const storage = useStorageStatus()
  const reading = useReading(useCallback(() => inspectStorage(inspectableOf(space)), [space]))
  return (
    <>
      <Facts
        facts={[
          ['Storage', storage.status],
          ['Persistent', storage.status === 'ready' ? (storage.persistent ? 'yes' : 'no: the browser may delete it') : '–'],
          ['Used by the app', storage.usage === undefined ? 'not told' : bytesText(storage.usage)],
          ['Room', storage.quota === undefined ? 'not told' : bytesText(storage.quota)],
        ]}
      />
      <PanelHead reading={reading}>Rows of this space on the disk, as they were counted last.</PanelHead>
      {reading.value && (
        <Table
          label="Rows by table"
          rows={reading.value}
          keyOf={({ table }) => table}
          empty="There are no tables."
          columns={[
            { name: 'Table', cell: ({ table }) => table },
            { name: 'Rows', isNumber: true, cell: ({ rows }) => rows },
            { name: 'Damaged', isNumber: true, cell: ({ damaged }) => damaged },
          ]}
        />
      )}
    </>
  )
}
