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

describe('createEcho with a configuration that cannot be', () => {
  it.each([
    ['no app', {}],
    ['a name for the app that no address can hold', { app: 'my app' }],
    ['types that are no list', { app: 'a', types: {} }],
    ['a schema in place of a type', { app: 'a', types: [{ '~standard': {} }] }],
    ['one address in place of a list', { app: 'a', signaling: 'ws://localhost:4444' }],
    ['an address that is not of a socket', { app: 'a', signaling: ['https://signal.example'] }],
  ])('refuses %s, and says how it should be', (_, config) => {
    expect(() => createEcho(config as never)).toThrow(expect.objectContaining({ name: 'EchoError', code: 'bad-config' }))
  })
})
