/** An echo on a disk in memory, with nobody to reach. */
import { createEcho } from '../../dist/core.js'
import { createMemoryDisk, createMemoryStorage, createMemorySwarm } from '../../dist/testing/index.js'
import { systemClock, systemRandom } from '../../dist/shared/ports.js'

export async function openEcho(types, disk = createMemoryDisk()) {
  const ports = { clock: systemClock, random: systemRandom }
  const echo = createEcho({
    app: 'bench',
    types,
    ports: {
      storage: createMemoryStorage({ disk }),
      network: createMemorySwarm(ports).peer('bench'),
      tabs: createMemorySwarm({ ...ports, sameOrigin: true }).peer('bench'),
    },
  })
  await echo.opened
  return echo
}

/** As {@link openEcho}, with an identity. */
export async function openNewEcho(types, disk) {
  const echo = await openEcho(types, disk)
  await echo.identity.create({ name: 'Bench' })
  await echo.identity.confirmPhraseSaved()
  return echo
}
