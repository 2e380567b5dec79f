import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes, fromHex } from '../../shared/bytes.ts'
import type { Connection } from '../network.ts'

/** The parts of an RTCPeerConnection that tell its fingerprints. */
export type FingerprintSource = Pick<RTCPeerConnection, 'localDescription' | 'remoteDescription' | 'sctp'>

/**
 * Hashes of both ends' DTLS certificates, or undefined where they cannot be told for certain. The remote one comes from the certificate that
 * the handshake saw; where the browser does not give it, from the description in use, never from the text as it was received.
 */
export function readFingerprints(source: FingerprintSource): NonNullable<Connection['binding']> | undefined {
  const local = parseFingerprint(source.localDescription?.sdp)
  const described = parseFingerprint(source.remoteDescription?.sdp)
  if (local === undefined || described === undefined) return undefined
  const certificate = source.sctp?.transport.getRemoteCertificates?.()[0]
  const remote = certificate === undefined ? described : sha256(new Uint8Array(certificate))
  if (!equalBytes(remote, described) || equalBytes(local, remote)) return undefined
  return { local, remote }
}

/** The one SHA-256 fingerprint (32 bytes) that a description names; undefined where it names none, another hash, or two. Never throws. */
export function parseFingerprint(sdp: string | undefined): Uint8Array | undefined {
  const lines = new Set((sdp ?? '').split(/\r?\n/).filter((line) => /^a=fingerprint:/i.test(line)))
  if (lines.size !== 1) return undefined
  const [line = ''] = lines
  const digits = /^a=fingerprint:sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/i.exec(line)?.[1]
  return digits === undefined ? undefined : fromHex(digits.replaceAll(':', ''))
}
