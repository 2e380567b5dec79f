import { createDecoder, readAny, readVarString, readVarUint8Array } from 'lib0/decoding'

// A description is about 1 KB; the rest is room for candidates and encoding.
const maxTextLength = 65_536
const maxSdpLength = 16_384
const maxNameLength = 64

/** A message between peers on a signaling topic that y-webrtc can take without an error. */
export type SignalMessage =
  | { readonly type: 'announce'; readonly from: string }
  | { readonly type: 'signal'; readonly kind: 'offer' | 'answer' | 'candidate'; readonly from: string; readonly to: string }

/** Decrypts and checks what came on a topic; undefined where it is not exactly what an honest peer sends. Never throws. */
export async function openSignal(data: unknown, key: CryptoKey): Promise<SignalMessage | undefined> {
  if (typeof data !== 'string' || data.length > maxTextLength) return undefined
  try {
    const decoder = createDecoder(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))
    if (readVarString(decoder) !== 'AES-GCM') return undefined
    const iv = readVarUint8Array(decoder).slice()
    const sealed = readVarUint8Array(decoder).slice()
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)
    return parseSignal(readAny(createDecoder(new Uint8Array(opened))))
  } catch {
    // Not base64, not sealed with this room's key, cut short or nested too deep: junk either way.
    return undefined
  }
}

/** Checks the shape of a decrypted message. Never throws. */
export function parseSignal(data: unknown): SignalMessage | undefined {
  if (!isRecord(data)) return undefined
  const { type, from, to, token, signal } = data
  if (!isName(from)) return undefined
  if (type === 'announce') return { type, from }
  if (type !== 'signal' || !isName(to) || typeof token !== 'number' || !isRecord(signal)) return undefined
  const kind = signal['type']
  if ((kind === 'offer' || kind === 'answer') && isDescription(signal['sdp'])) return { type, kind, from, to }
  if (kind === 'candidate' && signal['sdp'] === undefined && isCandidate(signal['candidate'])) return { type, kind, from, to }
  return undefined
}

// One section for data and no media: nobody shall get at a microphone or make us decode video.
function isDescription(sdp: unknown): boolean {
  if (typeof sdp !== 'string' || sdp.length > maxSdpLength) return false
  const sections = sdp.split(/\r?\n/).filter((line) => line.startsWith('m='))
  return sections.length === 1 && sections[0]!.startsWith('m=application ')
}

function isCandidate(candidate: unknown): boolean {
  if (!isRecord(candidate)) return false
  const { candidate: text, sdpMLineIndex, sdpMid } = candidate
  const isIndexSound = sdpMLineIndex === 0 || sdpMLineIndex === null || sdpMLineIndex === undefined
  const isMidSound = typeof sdpMid === 'string' ? sdpMid.length <= maxNameLength : sdpMid === null || sdpMid === undefined
  return (
    typeof text === 'string' && text.length <= 1_024 && isIndexSound && isMidSound && (sdpMLineIndex === 0 || typeof sdpMid === 'string')
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxNameLength
}
