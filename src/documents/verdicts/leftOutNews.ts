import { EchoError } from '../../shared/echoError.ts'
import { toId, type BlockId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import { documentRules, type LeftOut } from '../writing/guardInDocument.ts'

/**
 * Tells of blocks whose payloads were left out, each once however often its document is built. What only rests on them is not told of.
 * The author, too, learns of it this way, when the document is opened by a kit that knows the rule.
 */
export function createLeftOutNews(ownDevice: DeviceId, onFault: (error: EchoError) => void): (leftOut: readonly LeftOut[]) => void {
  const told = new Set<BlockId>()
  return (leftOut) => {
    for (const { node, rule } of leftOut) {
      if (rule === 'rests' || told.has(node.id)) continue
      told.add(node.id)
      const { device, identity } = node.header
      const author = toId<DeviceId>(device) === ownDevice ? 'this device' : 'another device'
      onFault(
        new EchoError(
          'block-refused',
          `A change of ${author} breaks a rule that every peer checks (${rule}: ${documentRules[rule]}), so it is left out with all that rests on it, on every device. Find out what wrote it, and make the change again in another way.`,
          {
            details: {
              layer: 'document',
              rule,
              document: node.document,
              block: node.id,
              author: toId<IdentityId>(identity),
              device: toId<DeviceId>(device),
            },
          },
        ),
      )
    }
  }
}
