import { createMemorySwarm, type MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { Connection } from '../../../src/network/network.ts'
import type { LinkFault } from '../../../src/replication/link/linkFault.ts'
import { linkHandshake, type LinkHandshakeOptions, type SecureChannel } from '../../../src/replication/link/linkHandshake.ts'
import type { Result } from '../../../src/shared/result.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import type { SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import type { TestSpace } from '../documents/createTestSpace.ts'

/** Two ends of one fresh connection. */
export async function connect(
  clock: SimulatedClock,
  prepare: (swarm: MemorySwarm) => void = () => {},
): Promise<{ swarm: MemorySwarm; ends: [Connection, Connection] }> {
  const swarm = createMemorySwarm({ clock, random: createSeededRandom(3), latencyMs: [1, 1], connectMs: [1, 1] })
  prepare(swarm)
  const ends: Connection[] = []
  for (const name of ['a', 'b']) swarm.peer(name).enter({ name: 'room', password: 'p' }, (connection) => void ends.push(connection))
  await clock.run(1)
  return { swarm, ends: [ends[0]!, ends[1]!] }
}

/** A connection that says another binding of itself. */
export function withBinding(connection: Connection, binding: Connection['binding']): Connection {
  return new Proxy(connection, {
    get(target, key) {
      if (key === 'binding') return binding
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  })
}

export type Outcome = Result<SecureChannel, LinkFault>

/** What {@link linkHandshake} needs of a member of the space; its ephemeral keys follow from the seed. */
export function optionsOf(
  world: TestSpace,
  who: 'alice' | 'bob' | 'rita',
  seed: string,
  changes: Partial<LinkHandshakeOptions> = {},
): LinkHandshakeOptions {
  return {
    crypto: world.crypto,
    clock: world.clock,
    random: createSeededRandom(seed),
    identity: world[who],
    space: world.space,
    key: world.keyRing.newest()!,
    log: world.log,
    ...changes,
  }
}

/** Runs both halves of a handshake and lets time pass until both have ended. */
export async function shake(
  clock: SimulatedClock,
  ends: readonly [Connection, Connection],
  a: LinkHandshakeOptions,
  b: LinkHandshakeOptions,
): Promise<[Outcome, Outcome]> {
  const both = Promise.all([linkHandshake(ends[0], a), linkHandshake(ends[1], b)])
  let done = false
  void both.then(() => (done = true))
  await clock.runUntil(() => done, 60_000)
  return both
}

/** `ok`, or the fault. */
export function nameOf(outcome: Outcome): 'ok' | LinkFault {
  return outcome.ok ? 'ok' : outcome.error
}
