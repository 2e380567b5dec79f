import { describe, expect, it } from 'vitest'
import { cpaceKeys, cpaceScalar, cpaceShare, generatorOf, multiply } from '../../../src/crypto/cpace.ts'
import { fromHex, toHex } from '../../../src/shared/bytes.ts'
import vectors from '../../vectors/cpace_ristretto255.json' with { type: 'json' }

const hex = (text: string): Uint8Array => fromHex(text)!
const { G_Coffee25519: run, G_Coffee25519_points: points } = vectors
const context = { password: hex(run.PRS), channel: hex(run.CI), session: hex(run.sid) }
const initiator = { point: hex(run.Ya), associated: hex(run.ADa) }
const responder = { point: hex(run.Yb), associated: hex(run.ADb) }

describe('CPace on ristretto255', () => {
  it("has the draft's values at every step", () => {
    expect(toHex(generatorOf(context).toBytes())).toBe(run.g.toLowerCase())
    expect(toHex(cpaceShare(context, hex(run.ya)))).toBe(run.Ya.toLowerCase())
    expect(toHex(cpaceShare(context, hex(run.yb)))).toBe(run.Yb.toLowerCase())
    expect(toHex(multiply(hex(run.ya), hex(run.Yb))!)).toBe(run.K.toLowerCase())
    expect(toHex(multiply(hex(run.yb), hex(run.Ya))!)).toBe(run.K.toLowerCase())
    for (const [scalar, peer] of [
      [run.ya, run.Yb],
      [run.yb, run.Ya],
    ] as const) {
      expect(toHex(cpaceKeys(context, hex(scalar), hex(peer), initiator, responder)!.key)).toBe(run.ISK_IR.toLowerCase())
    }
  })

  it("multiplies the draft's valid point and refuses its invalid ones", () => {
    const { s, X, ...results } = points.Valid
    expect(toHex(multiply(hex(s), hex(X))!)).toBe(results['G.scalar_mult_vfy(s,X)'].toLowerCase())
    for (const bad of [points['Invalid Y1'], points['Invalid Y2']]) {
      expect(multiply(hex(s), hex(bad))).toBeUndefined()
      expect(cpaceKeys(context, hex(s), hex(bad), initiator, responder)).toBeUndefined()
    }
    for (const bytes of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), new Uint8Array(32).fill(255)])
      expect(multiply(hex(s), bytes)).toBeUndefined()
  })

  it('gives another key and other tags for any other password, channel, session or bound data', () => {
    const scalar = cpaceScalar(new Uint8Array(64).fill(7))
    const tagOf = (changed: Partial<typeof context>, bound = responder.associated): string => {
      const keys = cpaceKeys(
        { ...context, ...changed },
        scalar,
        cpaceShare({ ...context, ...changed }, hex(run.yb)),
        { ...initiator, point: cpaceShare({ ...context, ...changed }, scalar) },
        { point: responder.point, associated: bound },
      )!
      return `${toHex(keys.key)} ${toHex(keys.initiatorTag)} ${toHex(keys.responderTag)}`
    }
    const other = Uint8Array.of(1)
    const all = [tagOf({}), tagOf({ password: other }), tagOf({ channel: other }), tagOf({ session: other }), tagOf({}, other)]
    expect(new Set(all.flatMap((text) => text.split(' '))).size).toBe(15)
  })
})
