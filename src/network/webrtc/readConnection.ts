import type { BaseConnection } from '../baseConnection.ts'
import type { ConnectionFacts } from '../network.ts'
import { WebrtcConnection } from './webrtcConnection.ts'

interface Pair extends RTCIceCandidatePairStats {
  readonly selected?: boolean
}

/** Reads what has gone over a connection, and, from the browser's statistics, by which way it goes. Never rejects. */
export async function readConnection(connection: BaseConnection, sinceMs: number): Promise<ConnectionFacts> {
  const webrtc = connection instanceof WebrtcConnection ? connection : undefined
  const stats = await webrtc?.readStats?.().catch(() => undefined)
  const entries = new Map<string, { readonly id: string; readonly type: string }>()
  // The report is a map by its standard and has no other way to be read.
  stats?.forEach((entry: { readonly id: string; readonly type: string }) => entries.set(entry.id, entry))
  const pair = selectedPair([...entries.values()])
  const kinds = [pair?.localCandidateId, pair?.remoteCandidateId].map(
    (id) => (entries.get(id ?? '') as { readonly candidateType?: string } | undefined)?.candidateType,
  )
  return {
    id: connection.id,
    path: pair === undefined ? 'unknown' : kinds.includes('relay') ? 'relayed' : 'direct',
    bytesSent: webrtc?.traffic.bytesSent,
    bytesReceived: webrtc?.traffic.bytesReceived,
    roundTripMs: pair?.currentRoundTripTime === undefined ? undefined : pair.currentRoundTripTime * 1000,
    sinceMs,
  }
}

/** The pair in use: the transport names it, or, in a browser without that entry, the pair says so itself. */
function selectedPair(entries: readonly { readonly id: string; readonly type: string }[]): Pair | undefined {
  const transport = entries.find(({ type }) => type === 'transport') as RTCTransportStats | undefined
  const pairs = entries.filter(({ type }) => type === 'candidate-pair') as Pair[]
  return pairs.find(({ id, selected }) => id === transport?.selectedCandidatePairId || selected === true)
}
