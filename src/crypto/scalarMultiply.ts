import { pow } from '@noble/curves/abstract/modular.js'
import { montgomery } from '@noble/curves/abstract/montgomery.js'
import type { ScalarMultiply } from './agreement.ts'

/**
 * X25519 of RFC 7748 on noble's ladder. Not noble's ready-made curve: that drags SHA-512 along, which a bundler would then put beside the SHA-256
 * that every page loads.
 */
export function createScalarMultiply(): ScalarMultiply {
  const prime = 2n ** 255n - 19n
  const curve = montgomery({
    P: prime,
    type: 'x25519',
    powPminus2: (x) => pow(x, prime - 2n, prime),
    adjustScalarBytes: clamp,
  })
  return (scalar, point) => curve.getSharedSecret(scalar, point)
}

/** RFC 7748 section 5. */
function clamp(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  const clamped = scalar.slice()
  clamped[0]! &= 248
  clamped[31]! &= 127
  clamped[31]! |= 64
  return clamped
}
