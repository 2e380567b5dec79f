import type { ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { plainName } from '../../components/basics/plainName.ts'
import { useSpaceDetails } from '../../react/useSpaceDetails.ts'
import { useSpaces } from '../../react/useSpaces.ts'
import { Badge } from '../parts/Badge.tsx'
import { Facts } from '../parts/Facts.tsx'
import { bytesText, timeText } from '../parts/figures.ts'
import { Id } from '../parts/Id.tsx'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Table } from '../parts/Table.tsx'

/** The spaces of this device, and what is in the one that is looked at. */
export function SpacesPanel({
  space,
  onChoose,
}: {
  readonly space: Space | undefined
  readonly onChoose: (id: string) => void
}): ReactNode {
  const spaces = useSpaces()
  return (
    <>
      <Table
        label="Spaces of this device"
        rows={spaces}
        keyOf={({ id }) => id}
        empty="There is no space on this device."
        columns={[
          {
            name: 'Name',
            cell: ({ id, name }) => (
              <button type="button" aria-pressed={id === space?.id} onClick={() => onChoose(id)}>
                <bdi>{plainName(name) || 'Unnamed'}</bdi>
              </button>
            ),
          },
          { name: 'State', cell: ({ state }) => <Badge tone={toneOf(state.status)}>{state.status}</Badge> },
          { name: 'Role', cell: ({ role }) => role },
          { name: 'Members', isNumber: true, cell: ({ memberCount }) => memberCount },
          { name: 'Id', cell: ({ id }) => <Id id={id} /> },
        ]}
      />
      {space !== undefined && <SpaceContent space={space} />}
    </>
  )
}

function toneOf(status: string): 'good' | 'neutral' | 'bad' {
  if (status === 'ready') return 'good'
  return status === 'damaged' || status === 'removed' ? 'bad' : 'neutral'
}

function SpaceContent({ space }: { readonly space: Space }): ReactNode {
  const read = useSpaceDetails(space)
  const error = read.status === 'error' ? read.error.message : undefined
  return (
    <>
      <PanelHead reading={{ error, refresh: read.refresh }}>What is in the space and what it takes here, as it was counted last.</PanelHead>
      {read.status === 'ready' && (
        <>
          <Facts
            facts={[
              ['Items', read.details.items.shown],
              ['Links among them', read.details.items.links],
              ['Deleted', read.details.items.deleted],
              ['Purged', read.details.items.purged],
              ['Documents', read.details.documents],
              ['Blocks', read.details.blocks],
              ['Withdrawn', read.details.withdrawnBlocks],
              ['On the disk', bytesText(read.details.bytesStored)],
              ['Devices', read.details.devices],
              ['Epochs', read.details.epochs],
              ['Last change', read.details.changedAt === undefined ? '–' : timeText(read.details.changedAt)],
            ]}
          />
          <Table
            label="Items by type"
            rows={read.details.items.byType}
            keyOf={({ type }) => type}
            empty="There are no items."
            columns={[
              { name: 'Type', cell: ({ type }) => <bdi>{plainName(type) || 'Unnamed'}</bdi> },
              { name: 'Items', isNumber: true, cell: ({ count }) => count },
            ]}
          />
        </>
      )}
    </>
  )
}
