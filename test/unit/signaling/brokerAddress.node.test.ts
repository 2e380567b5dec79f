import { describe, expect, it } from 'vitest'
import { parseBrokerAddress } from '../../../src/signaling/brokerAddress.ts'

describe('the address of a broker', () => {
  it('names one server or several, plain or by TLS', () => {
    expect(parseBrokerAddress('nats://host')).toEqual({ servers: ['host:4222'], isTls: false, credentials: undefined })
    expect(parseBrokerAddress('tls://a:1, tls://[::1]:2/')).toEqual({ servers: ['a:1', '[::1]:2'], isTls: true, credentials: undefined })
  })

  it('holds a user and a password, or a token, which may hold any character', () => {
    expect(parseBrokerAddress('nats://us%40er:1%3A2@host:5').credentials).toEqual({ user: 'us@er', pass: '1:2' })
    expect(parseBrokerAddress('nats://to%2Fken@a,nats://b').credentials).toEqual({ token: 'to/ken' })
  })

  it.each([
    '',
    'host',
    'host:4222',
    'http://host',
    'nats://',
    'nats://a,',
    'nats://a,tls://b',
    'nats://a/path',
    'nats://a?x=1',
    'nats://u:%@a',
  ])('is refused as %s', (text) => {
    expect(() => parseBrokerAddress(text)).toThrow(expect.objectContaining({ code: 'bad-config' }))
  })
})
