import { createDecoder, readAny, readVarString, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeAny, writeVarString, writeVarUint8Array } from 'lib0/encoding'
import { utf8 } from '../../../src/shared/bytes.ts'

export type Signal = { type: 'offer' | 'answer'; sdp: string } | { type: 'candidate'; candidate: RTCIceCandidateInit }
/** What y-webrtc's peers say to each other on a room's topic. */
export type SignalMessage = { type: 'announce'; from: string } | { type: 'signal'; from: string; to: string; token: number; signal: Signal }

/** The key of a room's signaling. y-webrtc does not export its own sealing. */
export async function deriveSignalKey(password: string, room: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new Uint8Array(utf8(password)), 'PBKDF2', false, ['deriveKey'])
  const derivation = { name: 'PBKDF2', salt: new Uint8Array(utf8(room)), iterations: 100_000, hash: 'SHA-256' }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** @returns the text that is published on the room's topic */
export async function sealSignal(key: CryptoKey, message: SignalMessage): Promise<string> {
  const plain = createEncoder()
  writeAny(plain, message as unknown as Parameters<typeof writeAny>[1])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, toUint8Array(plain) as Uint8Array<ArrayBuffer>)
  const encoder = createEncoder()
  writeVarString(encoder, 'AES-GCM')
  writeVarUint8Array(encoder, iv)
  writeVarUint8Array(encoder, new Uint8Array(sealed))
  return btoa(String.fromCharCode(...toUint8Array(encoder)))
}

export async function openSignal(key: CryptoKey, data: string): Promise<SignalMessage> {
  const decoder = createDecoder(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))
  readVarString(decoder)
  const iv = readVarUint8Array(decoder).slice()
  const sealed = readVarUint8Array(decoder).slice()
  return readAny(createDecoder(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)))) as SignalMessage
}
