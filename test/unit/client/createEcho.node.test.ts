import { describe, expect, it } from 'vitest'
import { createEcho } from '../../../src/client/createEcho.ts'

describe('createEcho where there is no browser', () => {
  it('says that there is no database, instead of opening for ever', async () => {
    const echo = createEcho({ app: 'server' })
    await echo.opened
    expect(echo.state.get()).toMatchObject({ status: 'error', error: { code: 'storage-unavailable' } })
    await echo.dispose()
  })
})
