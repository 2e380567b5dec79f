import { describe, expect, it } from 'vitest'
import { createNewerVersions, maxNewer, maxNewerBytesOfPeer, maxNewerOfPeer } from '../../../src/replication/link/newerVersions.ts'

const item = (...bytes: number[]) => Uint8Array.of(2, ...bytes)

describe('what only a newer version can read', () => {
  it('is kept once, by what it is', () => {
    const newer = createNewerVersions()
    expect(newer.isMet).toBe(false)
    expect(newer.keep('blocks', item(1), 'bob')).toBe(true)
    expect(newer.keep('blocks', item(1), 'carol')).toBe(false)
    expect(newer.keep('ops', item(1), 'carol')).toBe(true)
    expect(newer.isMet).toBe(true)
    expect(newer.all('blocks')).toEqual([item(1)])
    expect(newer.all('ops')).toEqual([item(1)])
  })

  it('takes of one peer no more than its share, and of all no more than the whole, and says that it was met all the same', () => {
    const newer = createNewerVersions()
    for (let peer = 0; peer < 10; peer++) {
      for (let i = 0; i < maxNewerOfPeer + 5; i++) newer.keep('blocks', item(peer, i), `peer ${peer}`)
      expect(newer.all('blocks')).toHaveLength(Math.min(maxNewer, (peer + 1) * maxNewerOfPeer))
    }
    const other = createNewerVersions()
    expect(other.keep('blocks', new Uint8Array(maxNewerBytesOfPeer + 1).fill(2), 'bob')).toBe(false)
    expect(other.isMet).toBe(true)
    expect(other.keep('blocks', item(1), 'bob')).toBe(true)
  })
})
