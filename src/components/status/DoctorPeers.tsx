'use client'
import type { ReactNode } from 'react'
import type { PeerDiagnosis } from '../../client/diagnostics/diagnostics.ts'
import { plainName } from '../basics/plainName.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'

/** A space has 32 members' devices at once in the promise; whoever makes more of them makes no longer page. */
const maxShown = 50

/** How each device and tab that is linked is reached, and what goes over it. Names are the peers' own word. */
export function DoctorPeers({ peers }: { readonly peers: readonly PeerDiagnosis[] }): ReactNode {
  const { doctor: messages, members, spaces } = useMessages()
  const severalSpaces = new Set(peers.map(({ space }) => space.id)).size > 1

  function dataOf({ bytesSent, bytesReceived, lacking }: PeerDiagnosis): string {
    const traffic = bytesSent === undefined || bytesReceived === undefined ? [] : [messages.traffic(bytesSent, bytesReceived)]
    return [...traffic, messages.lacking(lacking)].join(' · ')
  }

  return (
    <table>
      <caption>{messages.peers}</caption>
      <thead>
        <tr>
          <th scope="col">{messages.person}</th>
          <th scope="col">{messages.way}</th>
          <th scope="col">{messages.data}</th>
        </tr>
      </thead>
      <tbody>
        {peers.slice(0, maxShown).map((peer) => (
          <tr key={`${peer.space.id} ${peer.id}`}>
            <th scope="row">
              <bdi>{peer.identity === undefined ? messages.tab : plainName(peer.name) || members.unnamed}</bdi>
              {severalSpaces && (
                <span className="echo-hint">
                  <bdi>{plainName(peer.space.name) || spaces.untitled}</bdi>
                </span>
              )}
            </th>
            <td>
              {messages.paths[peer.path]}
              {peer.roundTripMs !== undefined && ` · ${messages.roundTrip(peer.roundTripMs)}`}
            </td>
            <td>
              <bdi>{dataOf(peer)}</bdi>
            </td>
          </tr>
        ))}
        {peers.length > maxShown && (
          <tr>
            <td colSpan={3}>{messages.more(peers.length - maxShown)}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
