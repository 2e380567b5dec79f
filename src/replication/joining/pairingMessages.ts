import { decode, Writer } from '../../shared/encoding.ts'

/**
 * What host and guest say between answer and log where the guest is a new device of the host's person (docs/PROTOCOL.md#pairing):
 * ```
 * commit = 3b · hash 32      nonce = 3c · nonce 16      reveal = 3d · nonce 16      confirm = 3e · self 64
 * ```
 */
export type PairingMessage =
  | { readonly kind: 'commit'; readonly value: Uint8Array }
  | { readonly kind: 'nonce'; readonly value: Uint8Array }
  | { readonly kind: 'reveal'; readonly value: Uint8Array }
  | { readonly kind: 'confirm'; readonly value: Uint8Array }

const forms = {
  commit: { type: 0x3b, bytes: 32 },
  nonce: { type: 0x3c, bytes: 16 },
  reveal: { type: 0x3d, bytes: 16 },
  confirm: { type: 0x3e, bytes: 64 },
} as const

/** Bytes of each end's nonce. */
export const pairingNonceBytes = forms.nonce.bytes

export function encodePairingMessage({ kind, value }: PairingMessage): Uint8Array {
  return new Writer().u8(forms[kind].type).fixed(value).finish()
}

/** What the message holds if it is one of this kind; undefined for anything else. Never throws. */
export function decodePairingMessage(kind: PairingMessage['kind'], bytes: Uint8Array): Uint8Array | undefined {
  const { type, bytes: length } = forms[kind]
  const decoded = decode(bytes, (reader) => (reader.u8() === type ? reader.fixed(length) : reader.refuse()))
  return decoded.ok ? decoded.value : undefined
}
