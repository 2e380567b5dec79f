import type { ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { plainName } from '../../components/basics/plainName.ts'
import { useDiagnostics } from '../../react/useDiagnostics.ts'
import { useReadable } from '../../react/useReadable.ts'
import { Badge } from '../parts/Badge.tsx'
import { Facts } from '../parts/Facts.tsx'
import { bytesText, timeText } from '../parts/figures.ts'
import { Id } from '../parts/Id.tsx'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Person, useNames } from '../parts/Person.tsx'
import { Table } from '../parts/Table.tsx'

/** Who is linked now and how, who belongs to the space, and what is unusual about anyone. */
export function PeersPanel({ space }: { readonly space: Space }): ReactNode {
  const { status, peers } = useDiagnostics(space)
  const sync = useReadable(space.sync)
  const members = useReadable(space.members)
  const findings = useReadable(space.diagnostics)
  const names = useNames(space)
  return (
    <>
      <PanelHead>
        Devices and tabs that are linked in this space, every two seconds. ConnectionDoctor says what keeps others away.
      </PanelHead>
      <Facts
        facts={[
          ['Sync', sync.status === 'syncing' ? `syncing, ${sync.received} of ${sync.total}` : sync.status],
          ['Connection', status],
          ['Linked', peers.length],
          ['Present', members.filter(({ activity, isMe }) => activity !== 'offline' && !isMe).length],
        ]}
      />
      <Table
        label="Linked devices"
        rows={peers}
        keyOf={({ id }) => id}
        empty={status === 'reading' ? 'Looking …' : 'Nobody is linked.'}
        columns={[
          {
            name: 'Peer',
            cell: ({ identity, name }) =>
              identity === undefined || !names.has(identity) ? (
                <bdi>{plainName(name) || 'another tab'}</bdi>
              ) : (
                <Person id={identity} names={names} />
              ),
          },
          { name: 'Path', cell: ({ path }) => path },
          {
            name: 'Round trip',
            isNumber: true,
            cell: ({ roundTripMs }) => (roundTripMs === undefined ? '–' : `${Math.round(roundTripMs)} ms`),
          },
          { name: 'Sent', isNumber: true, cell: ({ bytesSent }) => (bytesSent === undefined ? '–' : bytesText(bytesSent)) },
          { name: 'Received', isNumber: true, cell: ({ bytesReceived }) => (bytesReceived === undefined ? '–' : bytesText(bytesReceived)) },
          { name: 'Blocks to come', isNumber: true, cell: ({ lacking }) => lacking },
          {
            name: 'Clock',
            isNumber: true,
            cell: ({ clockAheadMs }) => (clockAheadMs === undefined ? '–' : `${Math.round(clockAheadMs)} ms`),
          },
          { name: 'Since', cell: ({ sinceMs }) => (sinceMs === undefined ? '–' : timeText(sinceMs)) },
        ]}
      />
      <h3>Members</h3>
      <Table
        label="Members"
        rows={members}
        keyOf={({ id }) => id}
        empty="There are no members."
        columns={[
          { name: 'Person', cell: ({ id }) => <Person id={id} names={names} /> },
          { name: 'Role', cell: ({ role }) => role },
          { name: 'Devices', isNumber: true, cell: ({ deviceCount }) => deviceCount },
          { name: 'Activity', cell: ({ activity }) => <Badge tone={activity === 'offline' ? 'neutral' : 'good'}>{activity}</Badge> },
        ]}
      />
      <h3>Findings</h3>
      <Table
        label="Findings"
        rows={findings.toReversed()}
        keyOf={({ code, device, message }) => `${code} ${device} ${message}`}
        empty="Nothing unusual was seen since the space was opened."
        columns={[
          { name: 'Finding', cell: ({ code }) => <Badge tone="bad">{code}</Badge> },
          { name: 'Device', cell: ({ device }) => <Id id={device} /> },
          { name: 'Person', cell: ({ identity }) => <Person id={identity} names={names} /> },
          { name: 'Times', isNumber: true, cell: ({ count }) => count },
          { name: 'Last', cell: ({ timeMs }) => timeText(timeMs) },
          { name: 'What', cell: ({ message }) => <span className="echo-devtools-text">{message}</span> },
        ]}
      />
    </>
  )
}
