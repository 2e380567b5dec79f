import { EchoError } from '../../shared/echoError.ts'
import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'

/**
 * The records that make this device one of its person's: from one that the root key certified down to its own, which comes last.
 * @param known records of the person's devices, live or not
 * @throws EchoError peer-offline where one between is not known yet
 */
export function deviceChain({ id, record }: Pick<LocalIdentity, 'id' | 'record'>, known: readonly DeviceRecord[]): readonly DeviceRecord[] {
  const byDevice = new Map(known.map((each) => [toId<DeviceId>(each.sign), each]))
  const chain = [record]
  for (let first = record; toId<IdentityId>(first.certifier) !== id; first = chain[0]!) {
    const certifier = byDevice.get(toId<DeviceId>(first.certifier))
    if (certifier === undefined || chain.length > byDevice.size) {
      throw new EchoError(
        'peer-offline',
        'This device does not know yet by whom it was added. Keep the app open while another of your devices is online.',
      )
    }
    chain.unshift(certifier)
  }
  return chain
}
