import { expect, it } from 'vitest'
import { createAdmissionEnd } from '../../../src/access/making/createEnd.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { admit, createPerson, found, seededCrypto } from './people.ts'

/** Five times the goals of 100 ms and 1 ms. */
const fullMs = 500
const oneMoreMs = 5

it(
  'a log of a thousand operations, a fifth of them ends, is evaluated in moments, and with one more in less',
  { timeout: 60_000 },
  async () => {
    const founded = await found(seededCrypto('cost'))
    const { crypto, space, log, alice } = founded
    const random = createSeededRandom('cost')
    const admins: LocalIdentity[] = [alice]
    const guests: LocalIdentity[] = []
    const perOperation: number[] = []
    while (log.operations().length < 1_000) {
      if (guests.length > 10 && random.chance(0.2)) {
        const guest = random.pick(guests)
        for (const admission of log.admissionsOf(guest.id))
          await log.add(await createAdmissionEnd({ log, signer: alice, admission, blocks: [] }))
        continue
      }
      const guest = await createPerson(crypto)
      const host = random.pick(admins.filter(({ deviceId }) => log.device(deviceId) !== undefined))
      const role = random.pick(['admin', 'editor', 'reader'] as const)
      await admit(founded, host, guest, role)
      const start = performance.now()
      expect(log.isWriter(guest.id, guest.deviceId)).toBe(role !== 'reader')
      perOperation.push(performance.now() - start)
      guests.push(guest)
      if (role === 'admin' && random.chance(0.3)) admins.push(guest)
    }
    const median = perOperation.slice(-200).sort((a, b) => a - b)[100]!
    console.info(`one more: ${median.toFixed(3)} ms`)
    expect(median).toBeLessThan(oneMoreMs)

    const again = createMembershipLog({ crypto, space })
    for (const operation of log.operations()) await again.addVerified(operation)
    const start = performance.now()
    expect(again.state.get().members.size).toBe(log.state.get().members.size)
    const ms = performance.now() - start
    console.info(`1,000 operations evaluated: ${ms.toFixed(1)} ms`)
    expect(ms).toBeLessThan(fullMs)
  },
)
