import { describe, expect, it } from 'vitest'
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../../../../src/shared/bytes.ts'
import { parseFingerprint, readFingerprints, type FingerprintSource } from '../../../../src/network/webrtc/fingerprint.ts'

const colons = (bytes: Uint8Array): string => toHex(bytes).toUpperCase().match(/../g)!.join(':')
const describeHash = (hash: Uint8Array): string =>
  `v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=fingerprint:sha-256 ${colons(hash)}\r\na=setup:active\r\n`

const localHash = new Uint8Array(32).fill(1)
const certificate = Uint8Array.of(1, 2, 3)
const remoteHash = sha256(certificate)

function source({
  local = describeHash(localHash),
  remote = describeHash(remoteHash),
  certificates = [certificate.buffer] as ArrayBuffer[] | undefined,
} = {}): FingerprintSource {
  const transport = certificates === undefined ? {} : { getRemoteCertificates: () => certificates }
  return { localDescription: { sdp: local }, remoteDescription: { sdp: remote }, sctp: { transport } } as unknown as FingerprintSource
}

describe('the fingerprint of a description', () => {
  it('is the one SHA-256 hash that it names, also when it is named twice', () => {
    expect(parseFingerprint(describeHash(localHash))).toEqual(localHash)
    expect(parseFingerprint(describeHash(localHash) + describeHash(localHash))).toEqual(localHash)
    expect(parseFingerprint(describeHash(localHash).replaceAll('\r\n', '\n').toLowerCase())).toEqual(localHash)
  })

  it.each([
    ['nothing', undefined],
    ['no hash', 'v=0\r\n'],
    ['two hashes', describeHash(localHash) + describeHash(remoteHash)],
    ['another kind of hash', describeHash(localHash).replace('sha-256', 'sha-1')],
    ['a second kind of hash', `${describeHash(localHash)}a=fingerprint:sha-512 00\r\n`],
    ['a hash cut short', describeHash(localHash.subarray(1))],
    ['a hash too long', describeHash(new Uint8Array(33))],
    ['no hexadecimal', describeHash(localHash).replace('01:', 'zz:')],
  ])('is unknown for %s', (_, sdp) => {
    expect(parseFingerprint(sdp)).toBeUndefined()
  })
})

describe('the fingerprints of a connection', () => {
  it('are the hash in our description and that of the certificate seen', () => {
    expect(readFingerprints(source())).toEqual({ local: localHash, remote: remoteHash })
  })

  it('come from the descriptions where the browser shows no certificate', () => {
    expect(readFingerprints(source({ certificates: undefined }))).toEqual({ local: localHash, remote: remoteHash })
    expect(readFingerprints(source({ certificates: [] }))).toEqual({ local: localHash, remote: remoteHash })
  })

  it('are refused where the certificate is not the one described, or both ends are the same', () => {
    expect(readFingerprints(source({ remote: describeHash(new Uint8Array(32).fill(9)) }))).toBeUndefined()
    expect(readFingerprints(source({ local: describeHash(remoteHash) }))).toBeUndefined()
    expect(readFingerprints(source({ local: 'v=0' }))).toBeUndefined()
  })
})
