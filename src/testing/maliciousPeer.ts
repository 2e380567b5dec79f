import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { MemorySwarm } from '../network/memory/memorySwarm.ts'
import type { SpaceId } from '../shared/ids.ts'
import { createPatchedClient, setUpdate } from './patchedClient.ts'
import type { TestPeer } from './testPeer.ts'

/**
 * What a member with a client of their own can do to others, each properly encrypted and sent over a proven link:
 * - `break-rule`: a block, rightly signed, that writes as somebody whom it is not. Refused by the guard.
 * - `forge-author`: a block that names another member as its author. Refused for its signature.
 * - `write`: an honest block that sets the property `mark` of the space. From a reader it is refused by the membership; from an editor it is taken in.
 * - `flood`: blocks that break a rule, one after the other, until the others close the link: `peer-barred`.
 */
export type Misbehaviour = 'break-rule' | 'forge-author' | 'write' | 'flood'

/** A member whose app was replaced by one that keeps no rule. */
export interface MaliciousPeer {
  /** Does it to all members that it is linked to, and to those with whom it links later. */
  misbehave(how: Misbehaviour): Promise<void>
  /** Leaves the network. */
  leave(): Promise<void>
}

/** More than anybody's patience for what breaks rules (peerPatience.ts), and less than mutes the device that signed it (deviceQuotas.ts). */
const floodBlocks = 40
const linkMs = 10_000

/** @throws (rejects) Error where the peer is no member, or meets nobody within ten seconds */
export async function createMaliciousPeer(swarm: MemorySwarm, peer: TestPeer, space: SpaceId, crypto: CryptoPort): Promise<MaliciousPeer> {
  const sent: Uint8Array[] = []
  let slot = 100
  let meet = (): void => {}
  const client = await createPatchedClient(swarm, peer, space, crypto, (link) => {
    if (sent.length > 0) link.send({ type: 'blocks', blocks: sent })
    meet()
  })
  await new Promise<void>((resolve, reject) => {
    if (client.links.length > 0) return resolve()
    const timer = peer.clock.after(linkMs, () => {
      void client.dispose()
      reject(new Error(`${peer.name} met nobody in this space within ten seconds`))
    })
    meet = () => {
      peer.clock.clear(timer)
      resolve()
    }
  })

  function craft(how: Misbehaviour): Promise<Uint8Array> {
    slot++
    const honest = setUpdate(client.clientOf(slot), '//mark', `by ${peer.name}`)
    if (how === 'write') return client.craft(honest, { slot })
    if (how === 'forge-author') return client.craft(honest, { slot, ...client.someoneElse })
    return client.craft(setUpdate(client.clientOf(slot) + 1, '//mark', `by ${peer.name}`), { slot })
  }

  return {
    async misbehave(how) {
      for (let count = how === 'flood' ? floodBlocks : 1; count > 0; count--) {
        const block = await craft(how)
        sent.push(block)
        client.send(block)
      }
    },
    leave: () => client.dispose(),
  }
}
