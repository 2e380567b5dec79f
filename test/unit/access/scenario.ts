import { encodeAdmitBody } from '../../../src/access/bodies/admitBody.ts'
import type { ListedDevice } from '../../../src/access/bodies/deviceList.ts'
import { encodeEpochBody } from '../../../src/access/bodies/epochBody.ts'
import { encodeGenesisBody } from '../../../src/access/bodies/genesisBody.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { Role } from '../../../src/access/membershipLog.ts'
import {
  decodeOperation,
  encodeUnsignedOperation,
  operationKinds,
  signOperation,
  type EntryReference,
} from '../../../src/access/operation.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import type { CryptoPort, SigningKey } from '../../../src/crypto/cryptoPort.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { equalBytes } from '../../../src/shared/bytes.ts'
import { toId, type SpaceId } from '../../../src/shared/ids.ts'
import { consentTo, createDevice } from './people.ts'

/*
 * The notation of the scenarios: `x=b1 admit editor D:d1,d2/2<3,y` is operation x by key b1 under the first admission that lists it
 * (`b1@m`: under m; `rootB`: B's root key), admitting D with devices of the given ranks, parents after `<`. `epoch a1,b1` seals to devices.
 */

interface Written {
  readonly id: Uint8Array
  readonly bytes: Uint8Array
}

export interface Scenario {
  readonly log: OperationLog
  /** Encodes, signs and adds operations, separated by `;`. @returns what the log said of each. */
  run(text: string): Promise<Record<string, string>>
  /** Members as `A owner0(a1,a2)`, sorted. */
  members(): string[]
  /** Names of the operations that made usable epochs, sorted. */
  usable(): string[]
  operation(name: string): Written
}

export async function createScenario(crypto: CryptoPort): Promise<Scenario> {
  const roots = new Map<string, SigningKey>()
  const devices = new Map<string, LocalIdentity>()
  const written = new Map<string, Written>()
  /** Operation names by the device names that they list, in order. */
  const listings: { readonly device: string; readonly reference: EntryReference; readonly operation: string }[] = []
  const zero = new Uint8Array(32)
  let space = toId<SpaceId>(zero)
  let log = createMembershipLog({ crypto, space })

  async function rootOf(letter: string): Promise<SigningKey> {
    const root = roots.get(letter) ?? (await crypto.createSigningKey())
    roots.set(letter, root)
    return root
  }

  /** `d1,d2/2`: each device is certified by the root, or by the last one of the rank before. */
  async function listOf(letter: string, names: string): Promise<ListedDevice[]> {
    const root = await rootOf(letter)
    const lastOfRank: SigningKey[] = [root]
    const list: ListedDevice[] = []
    for (const [name = '', rankText = '1'] of names.split(',').map((entry) => entry.split('/'))) {
      const rank = Number(rankText)
      const device = devices.get(name) ?? (await createDevice(crypto, root, lastOfRank[rank - 1]))
      devices.set(name, device)
      lastOfRank[rank] = device.signing
      list.push({ listed: true, record: device.record })
    }
    return list
  }

  function remember(name: string, bytes: Uint8Array, owners: readonly string[]): void {
    const decoded = decodeOperation(crypto, bytes)
    if (!decoded.ok) throw new Error(`scenario operation ${name} does not decode`)
    written.set(name, { id: decoded.value.id, bytes })
    for (const [index, list] of owners.entries()) {
      for (const device of list.split(',').map((entry) => entry.split('/')[0]!)) {
        listings.push({ device, reference: { operation: decoded.value.id, index }, operation: name })
      }
    }
  }

  async function writeGenesis(name: string, ownersText: string): Promise<void> {
    const owners = await Promise.all(
      ownersText.split(' ').map(async (owner) => {
        const [letter = '', names = ''] = owner.split(':')
        return { identity: (await rootOf(letter)).publicKey, name: letter, devices: await listOf(letter, names) }
      }),
    )
    const by = owners[0]!.devices[0]!.record.sign
    const content = {
      space: zero,
      kind: operationKinds.genesis,
      as: { operation: zero, index: 0 },
      by,
      parents: [],
      body: encodeGenesisBody({ nonce: new Uint8Array(16), owners }),
    }
    const signer = [...devices.values()].find((device) => equalBytes(device.record.sign, by))!
    space = toId<SpaceId>(labelledHash(crypto, 'operation', encodeUnsignedOperation(content)))
    log = createMembershipLog({ crypto, space })
    const lists = ownersText.split(' ').map((owner) => owner.split(':')[1]!)
    remember(name, await signOperation(signer.signing, content), lists)
  }

  async function writeBody(verb: string, words: readonly string[]): Promise<{ kind: number; body: Uint8Array; lists: string[] }> {
    if (verb === 'admit') {
      const [letter = '', names = ''] = words[1]!.split(':')
      const list = await listOf(letter, names)
      const guest = devices.get(names.split(',')[0]!)!
      const consent = await consentTo(crypto, space, guest)
      const body = encodeAdmitBody({ role: words[0] as Role, name: letter, devices: list, consenter: 0, ...consent })
      return { kind: operationKinds.admit, body, lists: [names] }
    }
    const recipients = words[0]!.split(',').map((name) => ({ device: devices.get(name)?.record.sign ?? zero, sealed: new Uint8Array(48) }))
    const body = encodeEpochBody({ keyId: crypto.randomBytes(32), oneTimeKey: zero, recipients, previous: [] })
    return { kind: operationKinds.epoch, body, lists: [] }
  }

  async function write(text: string): Promise<string> {
    const [, name = '', who = '', verb = '', rest = ''] =
      /^(\w+)=(\S+) (\w+) ?(.*)$/.exec(`${text.replace(/=genesis /, '=- genesis ')}`) ?? []
    if (verb === 'genesis') {
      await writeGenesis(name, rest)
      return name
    }
    const [what = '', parentsText = ''] = rest.split('<')
    const [device = '', under] = who.split('@')
    const listing = listings.find((entry) =>
      device.startsWith('root') ? entry.operation === under : entry.device === device && (under === undefined || entry.operation === under),
    )
    if (listing === undefined) throw new Error(`${text}: nothing lists ${who}`)
    const signing = device.startsWith('root') ? await rootOf(device.slice(4)) : devices.get(device)!.signing
    const { kind, body, lists } = await writeBody(verb, what.split(' '))
    const parents = parentsText.split(',').map((parent) => written.get(parent)!.id)
    const content = { space: written.get('G')!.id, kind, as: listing.reference, by: signing.publicKey, parents, body }
    remember(name, await signOperation(signing, content), lists)
    return name
  }

  function nameOf(id: Uint8Array): string {
    return [...written].find(([, operation]) => equalBytes(operation.id, id))?.[0] ?? '?'
  }

  return {
    get log() {
      return log
    },
    async run(text) {
      const outcomes: Record<string, string> = {}
      for (const part of text.split(';')) {
        const name = await write(part.trim())
        const result = await log.add(written.get(name)!.bytes)
        outcomes[name] = result.ok ? result.value : `!${result.error}`
      }
      return outcomes
    },
    members() {
      const deviceNames = new Map([...devices].map(([name, device]) => [device.deviceId as string, name]))
      return [...log.state.get().members.values()]
        .map(({ role, rank, name, devices: own }) => {
          const names = own.map((record) => deviceNames.get(toId(record.sign)) ?? '?').sort()
          return `${name} ${role}${rank === Number.POSITIVE_INFINITY ? '' : rank}(${names.join(',')})`
        })
        .sort()
    },
    usable: () =>
      log
        .epochs()
        .filter((epoch) => epoch.usable)
        .map((epoch) => nameOf(epoch.operation))
        .sort(),
    operation: (name) => written.get(name)!,
  }
}
