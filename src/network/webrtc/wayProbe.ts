import type { Clock, Timer } from '../../shared/ports.ts'
import type { RelayFacts, WayFacts } from '../network.ts'

type Found = Pick<WayFacts, 'addresses' | 'relays'>

/** W3C WebRTC, RTCIceCandidate.url: which server an address was learnt from. */
type FromServer = RTCIceCandidate & { readonly url?: string | null }

const gatherMs = 4_000
/** Each look asks relays for a place. */
const againAfterMs = 20_000
/** What Chromium and Firefox say where no answer came (W3C WebRTC, RTCPeerConnectionIceErrorEvent); all other codes are an answer (RFC 8489, RFC 8656). */
const noAnswerCode = 701

/**
 * Finds out by which ways this device can be reached: gathers addresses as for a peer, connects to none, and lets go. It says of a relay what it answered
 * now, also where no peer has been found yet.
 */
export function createWayProbe(options: {
  readonly clock: Clock
  readonly iceServers: readonly RTCIceServer[]
}): () => Promise<Found | undefined> {
  const { clock, iceServers } = options
  let last: { readonly atMs: number; readonly found: Promise<Found | undefined> } | undefined
  return () => {
    if (last === undefined || Math.abs(clock.now() - last.atMs) >= againAfterMs)
      last = { atMs: clock.now(), found: gather(clock, iceServers).catch(() => undefined) }
    return last.found
  }
}

async function gather(clock: Clock, iceServers: readonly RTCIceServer[]): Promise<Found> {
  const connection = new RTCPeerConnection({ iceServers: [...iceServers] })
  const relays = new Map(relayUrls(iceServers).map((url): [string, RelayFacts] => [url, { url, status: 'silent', reason: undefined }]))
  const addresses = { local: 0, public: 0, relayed: 0 }
  let timer: Timer | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = clock.after(gatherMs, resolve)
      connection.onicecandidate = ({ candidate }) => {
        if (candidate === null) resolve()
        else if (candidate.type === 'host') addresses.local++
        else if (candidate.type === 'relay') addresses.relayed++
        else if (candidate.type !== null) addresses.public++
        // A browser that does not say which relay it came from has only one to offer in most apps.
        if (candidate?.type === 'relay') noteRelay(relays, (candidate as FromServer).url ?? [...relays.keys()][0], 'works', undefined)
      }
      connection.onicecandidateerror = ({ url, errorCode }) =>
        noteRelay(relays, url, errorCode === noAnswerCode ? 'silent' : 'refused', errorCode)
      connection.createDataChannel('')
      connection.setLocalDescription().catch(reject)
    })
  } finally {
    clock.clear(timer)
    connection.close()
  }
  return { addresses, relays: [...relays.values()] }
}

/** One address answers on several interfaces of the device: what works by one works. */
function noteRelay(
  relays: Map<string, RelayFacts>,
  url: string | null | undefined,
  status: RelayFacts['status'],
  code: number | undefined,
): void {
  const known = [...relays.keys()].find((key) => key === url || withoutDefaults(key) === withoutDefaults(url ?? ''))
  if (known === undefined || relays.get(known)!.status === 'works') return
  // Where it says no on one way and nothing on another, no is what it says.
  if (status === 'silent' && relays.get(known)!.status === 'refused') return
  relays.set(known, { url: known, status, reason: code === noAnswerCode ? undefined : code })
}

function relayUrls(iceServers: readonly RTCIceServer[]): readonly string[] {
  return iceServers.flatMap(({ urls }) => urls).filter((url) => /^turns?:/i.test(url))
}

function withoutDefaults(url: string): string {
  return url
    .toLowerCase()
    .replace(/\?transport=udp$/, '')
    .replace(/^(turn:[^?]*):3478/, '$1')
    .replace(/^(turns:[^?]*):5349/, '$1')
}
