import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fitsSchema } from '../../../src/client/presence/fitsSchema.ts'

type Nested = readonly Nested[]
const Nested: z.ZodType<Nested> = z.lazy(() => z.array(Nested))

describe('what a peer sent, by a schema', () => {
  it('is what the schema makes of it, undefined too', () => {
    expect(fitsSchema(z.object({ size: z.number().default(1) }), {})).toEqual({ value: { size: 1 } })
    expect(fitsSchema(z.undefined(), undefined)).toEqual({ value: undefined })
  })

  it('is nothing where the schema refuses it or answers late', () => {
    expect(fitsSchema(z.string(), 5)).toBeUndefined()
    const late = z.string().refine(async () => true)
    expect(fitsSchema(late, 'x')).toBeUndefined()
    // oxlint-disable-next-line unicorn/no-thenable -- what a library may answer with in the place of a Promise
    const thenable = { '~standard': { version: 1, vendor: 'x', validate: () => ({ then: () => undefined }) } } as never
    expect(fitsSchema(thenable, 'x')).toBeUndefined()
  })

  it('is nothing where the schema throws at it, as at what is nested without end', () => {
    const careless = z.any().refine((value: { readonly name: string }) => value.name.length > 0)
    expect(fitsSchema(careless, null)).toBeUndefined()
    const endless = JSON.parse('['.repeat(8000) + ']'.repeat(8000)) as unknown
    expect(() => fitsSchema(Nested, endless)).not.toThrow()
  })
})
