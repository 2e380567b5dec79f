import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import { loadBlockGraph } from '../../../src/feed/graph/loadBlockGraph.ts'
import { toId, type BlockId, type SpaceId } from '../../../src/shared/ids.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import type { BlockCensus } from './blockCensus.ts'
import type { Device } from './device.ts'

/** How many blocks of a device's disk do not stand, and are not written again yet by whoever wrote them. */
export async function countWaiting(device: Device, space: SpaceId, census: BlockCensus): Promise<number> {
  const storage = createMemoryStorage({ disk: device.disk })
  await storage.open()
  const blocks = (await storage.readHeaders(space)).rows.map(({ block }) => block)
  for (const { block, first, seq } of (await storage.readBundles(space)).rows) {
    let id = block
    for (let at = seq; at >= first; at--) {
      blocks.push(id)
      const header = decodeHeader(census.header(id)!)
      if (header.ok) id = toId<BlockId>(header.value.previous)
    }
  }
  await storage.dispose()
  const graph = createBlockGraph({ crypto: createSimulatedCrypto(createSeededRandom(1)), space })
  loadBlockGraph(
    graph,
    blocks.map((block) => ({ block, header: census.header(block)! })),
  )
  const devices = new Map(graph.withdrawn().map(({ header }) => [toId<string>(header.device), header.device]))
  return [...devices.values()].flatMap((author) => graph.orphansOf(author)).reduce((sum, orphans) => sum + orphans.blocks.length, 0)
}
