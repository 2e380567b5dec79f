import { EchoError } from '../shared/echoError.ts'
import { parseId, type IdentityId, type ItemId } from '../shared/ids.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import type { Network, NetworkState } from '../network/network.ts'
import type { StorageState } from '../storage/storage.ts'
import type { EchoPorts, Space } from './echo.ts'
import { createInviteFlow } from './inviteFlow.ts'
import { createMemberCommands, type MemberCommands } from './memberCommands.ts'
import type { OpenSpace } from './openSpace.ts'
import { createSpaceMembers } from './spaceMembers.ts'
import { createSpacePermissions } from './spacePermissions.ts'
import { createSpaceInvitations } from './spaceInvitations.ts'
import { createSpacePresence } from './spacePresence.ts'
import { createSpaceSync } from './spaceSync.ts'
import type { SpaceInfo, SpaceState } from './states.ts'
import { watchExcess } from './watchExcess.ts'

/** An open space and the handle that apps get on it. */
export interface SpaceHandle {
  readonly open: OpenSpace
  readonly space: Space
  readonly revokeDevice: MemberCommands['revokeDevice']
  dispose(): Promise<void>
}

export function createSpaceHandle(options: {
  readonly app: string
  readonly ports: EchoPorts
  readonly open: OpenSpace
  readonly state: Readable<SpaceState>
  readonly network: Network
  readonly networkState: Readable<NetworkState>
  readonly storageState: Readable<StorageState>
  readonly ownName: () => string
  readonly inviteUrl: () => string
  /** Who is muted changed here: other tabs should read it. */
  readonly onMuted: () => void
  readonly onError: (error: EchoError) => void
}): SpaceHandle {
  const { open, state } = options
  const { database, documents, log } = open
  const { dispose: _dispose, ...commands } = database
  const sync = createSpaceSync(open, options.networkState, options.storageState, options.ports.clock)
  const members = createSpaceMembers({ me: open.identity.id, log, profiles: open.profiles, presence: open.replication.presence })
  const info = createWritable(readInfo())
  const permissions = createSpacePermissions(log, open.identity)
  const commandsOnMembers = createMemberCommands(options.ports, open)
  const invitations = createSpaceInvitations({ ...options, spaceName })
  /** What ends the flows that are out, so that none says that it waits when the space is closed. */
  const flows = new Set<() => void>()
  const stops = [database.properties, log.state, state].map((source) => source.subscribe(update))
  stops.push(watchExcess({ ...options.ports, open, endAdmissions: commandsOnMembers.endAdmissions, onError: options.onError }))

  function spaceName(): string {
    const { name } = database.properties.get()
    return typeof name === 'string' ? name : ''
  }

  function readInfo(): SpaceInfo {
    const { members } = log.state.get()
    const role = members.get(open.identity.id)?.role ?? 'reader'
    return { id: open.id, name: spaceName(), role, memberCount: members.size, state: state.get() }
  }

  function update(): void {
    const next = readInfo()
    const before = info.get()
    const same =
      next.name === before.name && next.role === before.role && next.memberCount === before.memberCount && next.state === before.state
    if (!same) info.set(next)
  }

  function textItem(id: string): ItemId {
    const item = parseId<ItemId>(id, 16)
    const model = item && database.modelOf(item)
    if (item === undefined || model === undefined) {
      throw new EchoError('item-not-found', 'There is no item with this id in the space. Create it first, or wait until it has arrived.', {
        details: { id },
      })
    }
    if (model !== 'text') {
      throw new EchoError(
        'wrong-kind',
        `This item follows the model "${model}" and has no text. Declare its type with { model: 'text' }.`,
        { details: { id, model } },
      )
    }
    return item
  }

  async function setMuted(member: string, muted: boolean): Promise<void> {
    const id = member as IdentityId
    if (!log.state.get().members.has(id) || id === open.identity.id) {
      throw new EchoError('bad-value', 'Only another member can be muted. Pass its identity, as items and presence name it.', {
        details: { member },
      })
    }
    await open.muted.set(id, muted)
    options.onMuted()
  }

  const space: Space = {
    ...commands,
    get faults() {
      return database.faults
    },
    id: open.id,
    info,
    state,
    sync: sync.status,
    members: members.list,
    permissions: permissions.state,
    presence: createSpacePresence(open.replication.presence),
    diagnostics: open.diagnostics.findings,
    mute: (member) => setMuted(member, true),
    unmute: (member) => setMuted(member, false),
    openText: async (id) => documents.openText(textItem(id)),
    peekText: (id) => documents.peekText(id as ItemId),
    invite() {
      const { end, ...flow } = createInviteFlow(invitations, options.onError)
      flows.add(end)
      return {
        ...flow,
        dispose() {
          flows.delete(end)
          flow.dispose()
        },
      }
    },
    invitations: {
      list: invitations.list,
      revoke: invitations.revoke,
      approve: (id, guest) => invitations.decide(id, guest, true),
      deny: (id, guest) => invitations.decide(id, guest, false),
    },
    setName: (name) => database.setProperty('name', name),
    flush: () => documents.flush(),
    readWithdrawn: () => documents.readWithdrawn(),
    removeMember: commandsOnMembers.removeMember,
    setRole: commandsOnMembers.setRole,
    leave: commandsOnMembers.leave,
  }

  return {
    open,
    space,
    revokeDevice: commandsOnMembers.revokeDevice,
    async dispose() {
      for (const stop of stops) stop()
      for (const end of flows) end()
      flows.clear()
      invitations.dispose()
      sync.dispose()
      members.dispose()
      permissions.dispose()
      await open.dispose()
    },
  }
}
