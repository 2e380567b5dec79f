import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import type { Misbehaviour } from '../../../src/testing/maliciousPeer.ts'
import { setup, until } from '../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))

let dispose = async (): Promise<void> => {}
afterEach(() => dispose())

async function createAttack(role: 'editor' | 'reader' = 'editor') {
  const errors: EchoError[] = []
  const onError = (error: EchoError, peer: string): void => void (peer === 'alice' && errors.push(error))
  const world = await setup('alice', 'bob', 'mallory', { types: [Task], crypto: createSimulatedCrypto, onError })
  dispose = world.dispose
  const { alice, bob, mallory } = world
  const [hers, his] = await world.shareSpace('Garden', alice, bob)
  await world.join(hers, mallory, role)
  const attacker = await world.turnMalicious(mallory, hers)
  const who = hers.members.get().find(({ name }) => name === 'mallory')!.id
  const finds = (code: string) => until(hers.diagnostics, (all) => all.find((finding) => finding.code === code && finding.identity === who))
  return { world, hers, his, attacker, errors, finds, mark: () => hers.properties.get()['mark'] }
}

describe('a malicious peer', () => {
  const refused: readonly (readonly [Misbehaviour, 'editor' | 'reader', string, string])[] = [
    ['break-rule', 'editor', 'guard', 'g2'],
    ['forge-author', 'editor', 'signature', 'bad-signature'],
    ['write', 'reader', 'membership', 'never-writer'],
  ]

  it.each(refused)('is refused by the layer that is there for it, and harms nobody: %s as %s', async (how, role, layer, reason) => {
    const { hers, his, attacker, errors, finds, mark } = await createAttack(role)
    await attacker.misbehave(how)
    const finding = await finds('block-refused')
    expect(finding).toMatchObject({ count: 1, message: expect.stringContaining(`${layer}: ${reason}`) })
    // Whom the block names is one thing, who passed it on another.
    expect(finding.claimedAuthor === finding.identity).toBe(how !== 'forge-author')
    expect(hers.members.get().map(({ id }) => id)).toContain(finding.claimedAuthor)
    expect(errors).toMatchObject([{ code: 'block-refused', details: { layer, reason } }])
    his.create(Task, { title: 'Water' })
    await until(hers.live(query(Task)), (tasks) => tasks.length === 1)
    expect(mark()).toBeUndefined()
  })

  it('is a member like others where it breaks no rule', async () => {
    const { hers, his, attacker, errors, mark } = await createAttack()
    await attacker.misbehave('write')
    await until(hers.properties, () => mark() === 'by mallory')
    await until(his.properties, ({ mark: theirs }) => theirs === 'by mallory')
    expect([errors, hers.diagnostics.get()]).toEqual([[], []])
  })

  it('that floods is shut out, again and again, and nobody waits for it', async () => {
    const { world, hers, his, attacker, finds } = await createAttack()
    await attacker.misbehave('flood')
    await finds('peer-barred')
    his.create(Task, { title: 'Water' })
    await until(hers.live(query(Task)), (tasks) => tasks.length === 1)
    await attacker.leave()
    await expect(world.turnMalicious(world.bob, await world.alice.echo.spaces.create({ name: 'Alone' }))).rejects.toThrow(
      'bob is no member',
    )
  })

  it('reaches nobody from whom its partition keeps it, and tells the others when it meets them', async () => {
    const { world, hers, his, attacker, finds } = await createAttack()
    world.network.partition([world.bob, world.mallory], [world.alice])
    await attacker.misbehave('break-rule')
    await until(his.diagnostics, (findings) => findings.length > 0)
    expect(hers.diagnostics.get()).toEqual([])
    world.network.heal()
    await finds('block-refused')
  })
})
