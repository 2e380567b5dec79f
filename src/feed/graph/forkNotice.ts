import { EchoError } from '../../shared/echoError.ts'
import { toId, type DeviceId } from '../../shared/ids.ts'
import type { BlockGraph, BlockNode } from './blockGraph.ts'

const maxPerDevice = 16

/** Tells of blocks that fork their feed: of the first of each device, because more would say nothing new. */
export function createForkNotice(graph: BlockGraph): (node: BlockNode) => EchoError | undefined {
  const toldByDevice = new Map<DeviceId, number>()
  return ({ id, feed, header }) => {
    const rivals = graph.rivals(id)
    if (rivals.length === 0) return undefined
    const device = toId<DeviceId>(header.device)
    const told = toldByDevice.get(device) ?? 0
    toldByDevice.set(device, told + 1)
    if (told >= maxPerDevice) return undefined
    return new EchoError(
      'block-forked',
      'Two different blocks claim the same place in the history of one device: a restored backup, a copied profile or a stolen key. One of them stands, the same for everyone; the edits of the other are written again by the device that made them.',
      { details: { device, feed, block: id, rivals } },
    )
  }
}
