import { encodeAdmitBody } from '../../../src/access/bodies/admitBody.ts'
import type { ListedDevice } from '../../../src/access/bodies/deviceList.ts'
import { encodeDeviceBody } from '../../../src/access/bodies/deviceBody.ts'
import { encodeEndBody, type EndTarget } from '../../../src/access/bodies/endBody.ts'
import { encodeEpochBody } from '../../../src/access/bodies/epochBody.ts'
import { encodeGenesisBody } from '../../../src/access/bodies/genesisBody.ts'
import { decodeInviteBody, encodeInviteBody } from '../../../src/access/bodies/inviteBody.ts'
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
import { equalBytes, fromBase64Url } from '../../../src/shared/bytes.ts'
import { toId, type SpaceId } from '../../../src/shared/ids.ts'
import { consentTo, createDevice } from './people.ts'

/*
 * The notation of the scenarios: `x=b1 admit editor D:d1,d2/2<3,y` is operation x by key b1 under the first admission that lists it
 * (`b1@m`: under m; `rootB`: B's root key), admitting D with devices of the given ranks, parents after `<`, an explicit cut in `[ ]`. `epoch a1,b1`
 * seals to devices; `remove D`, `end m`, `revoke b2`, `leave` and `close i` end things; `device b3` adds one.
 */

interface Written {
  readonly id: Uint8Array
  readonly bytes: Uint8Array
}

export interface Scenario {
  readonly log: OperationLog
  /** Encodes, signs and adds operations, separated by `;`. @returns what the log said of each. */
  run(text: string): Promise<Record<string, string>>
  /** Encodes and signs one operation. */
  write(text: string): Promise<Written>
  /** Members as `A owner0(a1,a2)`, sorted. */
  members(): string[]
  /** Names of the operations that made usable epochs, sorted. */
  usable(): string[]
  /** Names of the open invitations, sorted. */
  open(): string[]
  /** Why operations do not count, by name. */
  voided(): Record<string, string>
  operation(name: string): Written
}

export async function createScenario(crypto: CryptoPort): Promise<Scenario> {
  const roots = new Map<string, SigningKey>()
  const devices = new Map<string, LocalIdentity>()
  const written = new Map<string, Written>()
  /** Operation names by the device names that they list, in order. */
  const listings: { device: string; reference: EntryReference; operation: string; admission: EntryReference }[] = []
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

  function remember(name: string, bytes: Uint8Array, owners: readonly string[], admission?: EntryReference): void {
    const decoded = decodeOperation(crypto, bytes)
    if (!decoded.ok) throw new Error(`scenario operation ${name} does not decode`)
    written.set(name, { id: decoded.value.id, bytes })
    for (const [index, list] of owners.entries()) {
      for (const device of list.split(',').map((entry) => entry.split('/')[0]!)) {
        const reference = { operation: decoded.value.id, index }
        listings.push({ device, reference, operation: name, admission: admission ?? reference })
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

  async function targetOf(verb: string, name: string, own: EntryReference): Promise<EndTarget> {
    if (verb === 'remove') return { kind: 'identity', identity: (await rootOf(name)).publicKey }
    if (verb === 'end') return { kind: 'admission', admission: { operation: written.get(name)!.id, index: 0 } }
    if (verb === 'leave') return { kind: 'admission', admission: own }
    if (verb === 'revoke') {
      const device = devices.get(name)
      if (device === undefined) throw new Error(`nothing lists ${name}`)
      return { kind: 'device', device: device.record.sign }
    }
    const decoded = decodeOperation(crypto, written.get(name)!.bytes)
    const invite = decoded.ok ? decodeInviteBody(decoded.value.body) : decoded
    if (!invite.ok) throw new Error(`${name} is no invitation`)
    return { kind: 'invitation', invitation: invite.value.invitationId }
  }

  async function writeBody(
    verb: string,
    words: readonly string[],
    { own, signing, cut }: { readonly own: EntryReference; readonly signing: SigningKey; readonly cut: readonly Uint8Array[] | undefined },
  ): Promise<{ kind: number; body: Uint8Array; lists: string[] }> {
    if (verb === 'admit') {
      const [letter = '', names = ''] = words[1]!.split(':')
      const list = await listOf(letter, names)
      const guest = devices.get(names.split(',')[0]!)!
      const consent = await consentTo(crypto, space, guest)
      const body = encodeAdmitBody({ role: words[0] as Role, name: letter, devices: list, consenter: 0, ...consent })
      return { kind: operationKinds.admit, body, lists: [names] }
    }
    if (verb === 'device') {
      const [name = ''] = words
      const root = await rootOf(name[0]!.toUpperCase())
      const device = devices.get(name) ?? (await createDevice(crypto, root, signing))
      devices.set(name, device)
      return { kind: operationKinds.device, body: encodeDeviceBody({ record: device.record }), lists: [name] }
    }
    if (verb === 'invite') {
      const body = { invitationId: crypto.randomBytes(32), rendezvousKey: zero, role: 'editor' as const, uses: 1, expiresAt: 0 }
      return { kind: operationKinds.invite, body: encodeInviteBody({ ...body, approval: false, delegated: false }), lists: [] }
    }
    if (verb !== 'epoch') {
      const target = await targetOf(verb, words[0] ?? '', own)
      return { kind: operationKinds.end, body: encodeEndBody({ target, blocks: [], ...(cut && { cut }) }), lists: [] }
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
    const isSigner = (name: string): boolean => (device.startsWith('root') ? name[0]!.toUpperCase() === device.slice(4) : name === device)
    const listing = listings.find((entry) => isSigner(entry.device) && (under === undefined || entry.operation === under))
    if (listing === undefined) throw new Error(`${text}: nothing lists ${who}`)
    const signing = device.startsWith('root') ? await rootOf(device.slice(4)) : devices.get(device)!.signing
    const [parentNames = '', cutNames] = parentsText.replace(']', '').split('[')
    const idsOf = (names: string): Uint8Array[] => names.split(',').map((parent) => written.get(parent)!.id)
    const parents = idsOf(parentNames)
    const { kind, body, lists } = await writeBody(verb, what.split(' '), {
      own: listing.admission,
      signing,
      cut: cutNames === undefined ? undefined : idsOf(cutNames),
    })
    const content = { space: written.get('G')!.id, kind, as: listing.reference, by: signing.publicKey, parents, body }
    remember(name, await signOperation(signing, content), lists, verb === 'device' ? listing.admission : undefined)
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
    write: async (text) => written.get(await write(text))!,
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
    open: () =>
      log
        .invitations()
        .filter(({ isOpen }) => isOpen)
        .map(({ operation }) => nameOf(operation))
        .sort(),
    voided: () => Object.fromEntries([...log.voided()].map(([key, why]) => [nameOf(fromBase64Url(key)!), why])),
    operation: (name) => written.get(name)!,
  }
}
