import { truncateUtf8 } from '../../shared/bytes.ts'
import { asEchoError, EchoError } from '../../shared/echoError.ts'
import { idBytes } from '../../shared/ids.ts'
import { createWritable } from '../../shared/readable.ts'
import type { Network } from '../../network/network.ts'
import { maxNameBytes } from '../../access/bodies/genesisBody.ts'
import { invitationTarget } from '../../access/making/consent.ts'
import { createDeviceAddition } from '../../access/making/createDeviceAddition.ts'
import { encodeInvitation, hostMark, parseInvitation } from '../../access/invitations/invitation.ts'
import { deriveInvitationKeys } from '../../access/invitations/invitationKeys.ts'
import type { OpenHalo } from '../person/createHalo.ts'
import type { AddDeviceFlow, AddDeviceOptions, EchoPorts } from '../echo.ts'
import { deviceId, hostInvitation, type Hosting } from '../invitations/hostInvitation.ts'
import { createInvitationCode } from '../invitations/invitationCode.ts'
import { createInvitationMemory, type InvitationMemory } from '../invitations/invitationMemory.ts'
import { attendedLifeMs } from '../invitations/invitationOptions.ts'
import { invitationKey, putInvitation, readInvitations, type InvitationRecord } from '../invitations/invitationRecord.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'
import type { AddDeviceState, OpenPairing } from '../states.ts'

/** The invitation that is out, and the page that waits for a device. */
interface Held {
  readonly memory: InvitationMemory
  readonly hosting: Hosting
  withdraw(): void
  /** Leaves the room. */
  stop(): void
}

/**
 * Adds a device of this person's: makes an invitation to the private space, for one device and ten minutes, and lists the device that follows it. One
 * invitation at a time for all tabs of this device; it is there again after a reload, with the wrong codes that were counted.
 */
export function createAddDeviceFlow(options: {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  /** The private space, once it is open; undefined where this device has none. */
  readonly halo: () => Promise<OpenHalo | undefined>
  readonly ownName: () => string
  /** Where links lead: an address without fragment. */
  readonly inviteUrl: () => string
  readonly onFault: (error: unknown) => void
}): AddDeviceFlow {
  const { app, ports, onFault } = options
  const { crypto, clock, random, storage } = ports
  const state = createWritable<AddDeviceState>({ status: 'idle' })
  let held: Held | undefined
  /** What was begun before the last command is void. */
  let turn = 0
  /** One step after the other: each frees the lock that the next takes. */
  let tail = Promise.resolve()
  void inTurn(resume)

  function inTurn(step: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    const mine = turn
    tail = tail.then(() => step(() => turn === mine)).catch(onFault)
    return tail
  }

  async function resume(isCurrent: () => boolean): Promise<void> {
    const opened = await options.halo()
    if (opened === undefined || !isCurrent()) return
    const open = opened.halo
    const records = await readInvitations(crypto, open.identity, open.id, storage)
    const record = records.find(({ revoked, expiresAt, guests }) => !revoked && clock.now() < expiresAt && usesOf(open, guests) === 0)
    if (record !== undefined && isCurrent()) await host(opened, record, isCurrent, false)
  }

  async function create({ compare = false }: AddDeviceOptions, isCurrent: () => boolean): Promise<void> {
    try {
      const opened = await options.halo()
      if (opened === undefined) throw noHalo()
      const open = opened.halo
      const secret = random.bytes(16)
      const { signing } = await deriveInvitationKeys(crypto, secret)
      const expiresAt = clock.now() + attendedLifeMs
      const code = compare ? undefined : createInvitationCode(random)
      const text = encodeInvitation(crypto, app, {
        kind: 'device',
        secret,
        target: invitationTarget(crypto, idBytes(open.identity.id)),
        host: hostMark(open.identity.signing.publicKey),
        code: !compare,
        compare,
        approval: true,
        delegated: false,
        inviter: truncateUtf8(options.ownName(), maxNameBytes),
        expiresAt,
      })
      const record: InvitationRecord = {
        id: signing.publicKey,
        text,
        code,
        role: 'admin',
        uses: 1,
        approval: true,
        delegated: false,
        sent: false,
        expiresAt,
        wrong: 0,
        guests: new Map(),
        revoked: false,
      }
      const former = await readInvitations(crypto, open.identity, open.id, storage)
      const deleteKeys = former.map(({ id }) => invitationKey(open.id, id))
      await storage.write({ putKeys: [await putInvitation(crypto, open.identity, open.id, record)], deleteKeys }, 'strict')
      if (isCurrent()) await host(opened, record, isCurrent, true)
    } catch (error) {
      if (isCurrent()) state.set({ status: 'error', error: asError(error), retryable: true })
    }
  }

  /** @param takesOver ends what another tab has made; else nothing is done while one goes on there */
  async function host(
    { halo: open, settle }: OpenHalo,
    record: InvitationRecord,
    isCurrent: () => boolean,
    takesOver: boolean,
  ): Promise<void> {
    const lock = await storage.locks.acquire(`pairing/${open.id}`, 'no', takesOver)
    const parsed = parseInvitation(crypto, app, record.text)
    if (lock === undefined || !isCurrent() || !parsed.ok) return lock?.release()
    const { rendezvousKey, codeKey } = await deriveInvitationKeys(crypto, parsed.value.secret)
    const memory = createInvitationMemory(record, async (next) => {
      await storage.write({ putKeys: [await putInvitation(crypto, open.identity, open.id, { ...record, ...next })] }, 'strict')
    })
    let isWithdrawn = false
    const hosting = hostInvitation({
      ports,
      network: options.network,
      open,
      ownName: options.ownName,
      terms: { ...record, rendezvousKey, code: record.code === undefined ? undefined : { code: record.code, codeKey } },
      memory,
      isRevoked: () => isWithdrawn || memory.current().revoked,
      refresh: async () => {},
      pairing: {
        compare: parsed.value.compare,
        uses: () => usesOf(open, memory.current().guests),
        async write(added) {
          // The new device waits for what is in the private space now.
          await settle()
          await open.documents.flush()
          const { identity } = open
          const signer = { deviceId: identity.deviceId, signing: identity.signing }
          return createDeviceAddition({ log: open.log, identity: identity.id, signer, record: added })
        },
      },
    })
    const pairing: OpenPairing = { url: `${options.inviteUrl()}#echo=${record.text}`, code: record.code, expiresAt: record.expiresAt }
    const stopState = hosting.state.subscribe(update)
    held = {
      memory,
      hosting,
      withdraw: () => {
        isWithdrawn = true
      },
      stop() {
        stopState()
        hosting.stop()
        lock.release()
      },
    }
    update()
    // Another tab, or another part of this one, has made a new one.
    void lock.lost.then(() => {
      if (held?.hosting !== hosting) return
      release()
      state.set({ status: 'cancelled' })
    })

    function update(): void {
      if (held?.hosting === hosting) state.set(stateOf(hosting, pairing, state.get()))
    }
  }

  /** Leaves the room; the invitation stays on the disk. */
  function release(): void {
    turn++
    held?.stop()
    held = undefined
  }

  return {
    state,
    create(given = {}) {
      release()
      state.set({ status: 'creating' })
      void inTurn((isCurrent) => create(given, isCurrent))
    },
    approve: (guest) => void held?.hosting.decide(guest, true).catch(onFault),
    deny: (guest) => void held?.hosting.decide(guest, false).catch(onFault),
    cancel() {
      const isOut = isOpenAddition(state.get())
      if (held === undefined || !isOut) {
        release()
        return state.set({ status: isOut ? 'cancelled' : 'idle' })
      }
      // Whoever follows the link hears that it is over.
      held.withdraw()
      held.hosting.review()
      held.memory.revoke().catch(onFault)
    },
    dispose: release,
  }
}

const open: readonly AddDeviceState['status'][] = ['creating', 'waiting', 'connecting', 'verifying', 'approving', 'admitting']

/** Whether a device can still come in. */
export function isOpenAddition({ status }: AddDeviceState): boolean {
  return open.includes(status)
}

/** How many devices came in by an invitation: one that it remembers and that was listed was let in, for nobody else can have been. */
function usesOf({ log }: OpenSpace, guests: InvitationRecord['guests']): number {
  return [...guests.keys()].filter((guest) => log.wasListed(deviceId(guest))).length
}

function stateOf({ state }: Hosting, pairing: OpenPairing, before: AddDeviceState): AddDeviceState {
  const { end, step, joined, requests, error, guestName } = state.get()
  if (joined.length > 0) return { status: 'success', deviceName: joined[0]! }
  if (error !== undefined) return before.status === 'error' && before.error === error ? before : { status: 'error', error, retryable: true }
  if (step === 'admitting') return { status: 'admitting', deviceName: guestName }
  if (end === 'expired') return { status: 'expired' }
  if (end === 'revoked') return { status: 'cancelled' }
  if (end !== undefined) return { status: 'used-up', locked: end === 'locked' }
  return requests.length > 0 ? { status: 'approving', requests, ...pairing } : { status: step, ...pairing }
}

function noHalo(): EchoError {
  return new EchoError(
    'peer-offline',
    'This device has not met your other devices yet, so it cannot add one. Open the app on one of them while this one is online, then try again.',
  )
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'storage-unavailable', 'The invitation for the device could not be stored. See the cause.')
}
