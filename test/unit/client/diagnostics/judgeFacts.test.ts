import { describe, expect, it } from 'vitest'
import { judgeFacts, type DiagnosticFacts, type SpaceFacts } from '../../../../src/client/diagnostics/judgeFacts.ts'
import type { ServerFacts, WayFacts } from '../../../../src/network/network.ts'
import type { LinkFacts } from '../../../../src/replication/spaceReplication.ts'
import { EchoError } from '../../../../src/shared/echoError.ts'
import type { DeviceId, IdentityId, SpaceId } from '../../../../src/shared/ids.ts'

const space = { id: 'garden' as SpaceId, name: 'Garden' }
const bob: LinkFacts = {
  id: 'link',
  peer: { identity: 'bob' as IdentityId, device: 'laptop' as DeviceId },
  lacking: 0,
  clockAheadMs: 40,
}
const server: ServerFacts = { url: 'wss://one.example', status: 'answers', roundTripMs: 12, sinceMs: 0 }
const ways: WayFacts = { addresses: { local: 1, public: 0, relayed: 0 }, relays: [], connecting: 0, isFailing: false }
const garden: SpaceFacts = {
  space,
  state: { status: 'ready' },
  hasOthers: true,
  isInRoom: true,
  links: [bob],
  refused: [],
  isNewer: false,
  lackingForMs: 0,
}
const fine: DiagnosticFacts = {
  network: { status: 'online', connections: 1 },
  isLeading: true,
  isDeviceOffline: false,
  servers: [server],
  ways,
  spaces: [garden],
  nameOf: () => 'Bob',
}
const alone: SpaceFacts = { ...garden, links: [] }
const relay = { url: 'turn:relay.example', status: 'refused', reason: 401 } as const

/** Codes with their severity, in order. */
function told(change: Partial<DiagnosticFacts>): readonly string[] {
  return judgeFacts({ ...fine, ...change }).findings.map(({ code, severity }) => `${code} ${severity}`)
}

const refusedFor = (fault: SpaceFacts['refused'][number]['fault'], links: readonly LinkFacts[] = []): Partial<DiagnosticFacts> => ({
  spaces: [{ ...garden, links, refused: [{ fault, device: undefined, timeMs: 0 }] }],
})
const unreachable = (code: 'signaling-unreachable' | 'load-failed', signaling: readonly string[]): DiagnosticFacts['network'] => ({
  status: 'unreachable',
  connections: 0,
  error: new EchoError(code, 'No.', { details: { signaling } }),
})

describe('what is made of the facts', () => {
  it('is ok in every check where all is well, and has nothing to say', () => {
    const { status, checks, findings } = judgeFacts(fine)
    expect(status).toBe('ok')
    expect(checks.map((check) => check.status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok'])
    expect(findings).toEqual([])
  })

  it.each<[string, Partial<DiagnosticFacts>, readonly string[]]>([
    ['the switch', { network: { status: 'off' } }, ['switched-off notice']],
    ['a browser without WebRTC', { network: { status: 'unsupported', error: new EchoError('no-webrtc', 'No.') } }, ['no-webrtc problem']],
    ['a device without a network', { isDeviceOffline: true, spaces: [garden] }, ['device-offline problem']],
    ['code that could not be fetched', { network: unreachable('load-failed', ['wss://a']), servers: [] }, ['load-failed problem']],
    ['no server configured', { network: unreachable('signaling-unreachable', []), servers: [] }, ['no-server problem']],
    [
      'no server answering, and no more known',
      { network: unreachable('signaling-unreachable', ['a']), servers: [] },
      ['unreachable problem'],
    ],
    ['another tab that connects', { isLeading: false, servers: [], spaces: [alone] }, ['other-tab notice']],
    [
      'a server that is down, and not that others are away: nobody can know',
      { servers: [{ ...server, status: 'refused' }], spaces: [alone] },
      ['server-refused problem'],
    ],
    ['one of two servers that is down', { servers: [server, { ...server, status: 'silent' }] }, ['server-silent notice']],
    ['a wrong address', { servers: [{ ...server, status: 'foreign' }], spaces: [alone] }, ['server-foreign problem']],
    ['nothing of a server that is being tried', { servers: [{ ...server, status: 'connecting' }], spaces: [alone] }, []],
    ['a room that is not entered', { spaces: [{ ...garden, isInRoom: false }] }, ['not-in-room notice']],
    [
      'no way and no relay, and not that nobody is there: somebody was found',
      { ways: { ...ways, isFailing: true }, spaces: [alone] },
      ['no-way problem', 'no-relay problem'],
    ],
    ['a relay that refuses', { ways: { ...ways, relays: [relay] } }, ['relay-refused notice']],
    [
      'a relay that refuses where there is no other way',
      { ways: { ...ways, relays: [relay], isFailing: true }, spaces: [alone] },
      ['no-way problem', 'relay-refused problem'],
    ],
    [
      'a browser that gives no address',
      { ways: { ...ways, addresses: { local: 0, public: 0, relayed: 0 }, relays: [{ ...relay, status: 'silent' }] } },
      ['no-address problem', 'relay-silent problem'],
    ],
    [
      'being removed, and nothing that follows from it',
      { spaces: [{ ...alone, isInRoom: false, state: { status: 'removed', by: [], since: 0 } }] },
      ['removed problem'],
    ],
    ['having left', { spaces: [{ ...alone, isInRoom: false, state: { status: 'left', since: 0 } }] }, []],
    ['nobody of the others here', { spaces: [alone] }, ['peer-offline notice']],
    ['nothing of a space without others', { spaces: [{ ...alone, hasOthers: false }] }, []],
    ['a removed peer beside a linked one', refusedFor('removed', [bob]), ['peer-removed notice']],
    ['a stranger', refusedFor('unknown-device', [bob]), ['peer-unknown notice']],
    ['keys that do not fit', refusedFor('insecure-peer', [bob]), ['peer-insecure problem']],
    ['nothing of a connection that broke off', refusedFor('timeout', [bob]), []],
    ['a version too new, and not that its owner is away', refusedFor('newer-version'), ['peer-newer problem']],
    ['a version too old, and not that its owner is away', refusedFor('older-version'), ['peer-older notice']],
    ['content of a newer version', { spaces: [{ ...garden, isNewer: true }] }, ['newer-content problem']],
    ['a clock far off', { spaces: [{ ...garden, links: [{ ...bob, clockAheadMs: -3_600_000 }] }] }, ['clock-skew notice']],
    ['nothing of a clock a little off', { spaces: [{ ...garden, links: [{ ...bob, clockAheadMs: 119_000 }] }] }, []],
    [
      'what has been lacking for long',
      { spaces: [{ ...garden, links: [{ ...bob, lacking: 3 }], lackingForMs: 30_000 }] },
      ['lagging notice'],
    ],
    [
      'a first sync that gets no further',
      { spaces: [{ ...garden, state: { status: 'first-sync', progress: 0.5, stalled: true } }] },
      ['lagging notice'],
    ],
    ['nothing of what is on its way', { spaces: [{ ...garden, links: [{ ...bob, lacking: 3 }], lackingForMs: 29_000 }] }, []],
  ])('names %s', (_, change, codes) => {
    expect(told(change)).toEqual(codes)
  })

  it('calls nothing fine of which nothing is known', () => {
    const { checks } = judgeFacts({ ...fine, network: { status: 'off' }, servers: [], ways: undefined, spaces: [] })
    expect(checks.map(({ status }) => status)).toEqual(['notice', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown'])
  })
})
