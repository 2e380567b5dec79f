import { describe, expect, it } from 'vitest'
import { plainAddress } from '../../../../src/client/diagnostics/plainAddress.ts'

describe('an address that may be shown', () => {
  it.each([
    ['wss://signal.example', 'wss://signal.example'],
    ['wss://signal.example:4444/', 'wss://signal.example:4444'],
    ['wss://ann:geheim@signal.example/rooms/geheim?token=geheim#geheim', 'wss://signal.example/…'],
    ['wss://signal.example?token=geheim', 'wss://signal.example/…'],
    ['turn:relay.example:3478', 'turn:relay.example:3478'],
    ['turn:relay.example:3478?transport=tcp', 'turn:relay.example:3478?transport=tcp'],
    ['turns:ann:geheim@relay.example?transport=udp', 'turns:relay.example/…'],
    ['ws://[2001:db8::1]:80/geheim', 'ws://[2001:db8::1]:80/…'],
    ['geheim', '?'],
    ['wss://\u202Egeheim', '?'],
    [`wss://${'a'.repeat(300)}`, '?'],
  ])('of %s is %s', (url, shown) => {
    expect(plainAddress(url)).toBe(shown)
  })
})
