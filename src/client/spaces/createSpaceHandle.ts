import { EchoError } from '../../shared/echoError.ts'
import { parseId, type IdentityId, type ItemId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { ModelName } from '../../database/types/defineModel.ts'
import type { TextModel } from '../../documents/texts/textHandle.ts'
import type { Network, NetworkState } from '../../network/network.ts'
import type { StorageState } from '../../storage/storage.ts'
import type { EchoPorts, Space } from '../echo.ts'
import { letInspect } from '../inspection/inspectable.ts'
import { createInviteFlow } from '../invitations/inviteFlow.ts'
import { loadPart } from '../transfer/loadPart.ts'
import { loadTransfer } from '../transfer/loadTransfer.ts'
import { createMemberCommands, type MemberCommands } from './memberCommands.ts'
import type { OpenSpace } from './openSpace.ts'
import { createSpaceMembers } from './spaceMembers.ts'
import { createSpacePermissions } from './spacePermissions.ts'
import { createSpaceInvitations } from '../invitations/spaceInvitations.ts'
import { createSpaceChannels } from '../presence/spaceChannels.ts'
import { createSpaceModels } from './spaceModels.ts'
import { createSpacePresence } from '../presence/spacePresence.ts'
import { createSpaceSync } from './spaceSync.ts'
import type { SpaceInfo, SpaceState } from '../states.ts'
import { createItemWaits } from './waitForItem.ts'
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
  const {
    dispose: _dispose,
    countItems: _countItems,
    textSteps: _textSteps,
    liveAnswers: _liveAnswers,
    measure: _measure,
    ...commands
  } = database
  const sync = createSpaceSync(open, options.networkState, options.storageState, options.ports.clock)
  const members = createSpaceMembers({ me: open.identity.id, log, profiles: open.profiles, presence: open.replication.presence })
  const info = createWritable(readInfo())
  const models = createSpaceModels({
    openDocument: (item) => documents.openText(item),
    assertWritable: () => documents.root.assertWritable(),
    onError: options.onError,
  })
  const permissions = createSpacePermissions(log, open.identity)
  const commandsOnMembers = createMemberCommands(options.ports, open)
  const invitations = createSpaceInvitations({ ...options, spaceName })
  const waits = createItemWaits(database, options.ports.clock)
  /** What ends the flows that are out, so that none says that it waits when the space is closed. */
  const flows = new Set<() => void>()
  let isOver = false
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

  /** The id of an item whose content is kept as `wanted` says. */
  function itemWith(wanted: ModelName, id: string): ItemId {
    const item = parseId<ItemId>(id, 16)
    const model = item && database.modelOf(item)
    if (item !== undefined && database.placeOf(item)?.isPurged === true) {
      throw new EchoError('item-purged', 'This item was purged: it is hidden for good. Create a new one instead.', { details: { id } })
    }
    if (item === undefined || model === undefined) {
      throw new EchoError('item-not-found', 'There is no item with this id in the space. Create it first, or wait until it has arrived.', {
        details: { id },
      })
    }
    if (model !== wanted) {
      throw new EchoError(
        'wrong-kind',
        `This item follows the model "${model}", not "${wanted}". Declare its type with that model: defineType(name, schema, { model }).`,
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

  const presence = createSpacePresence(open.replication.presence, options.ports.clock)
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
    presence: presence.commands,
    channel: createSpaceChannels(open.replication.broadcasts, open.identity.id, () => isOver),
    local: open.local.of,
    diagnostics: open.diagnostics.findings,
    mute: (member) => setMuted(member, true),
    unmute: (member) => setMuted(member, false),
    waitForItem: waits.waitForItem,
    openText: async <Model extends TextModel = 'text'>(id: string, model: Model = 'text' as Model) =>
      documents.openText(itemWith(model, id), model),
    openModel: async (model, id) => models(itemWith(model.name, id), model),
    peekText: <Model extends TextModel = 'text'>(id: string, model?: Model) => documents.peekText(id as ItemId, model),
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
    async export(exporting) {
      const { exportSpace, deriveKey } = await loadTransfer(() => import('../transfer/exportSpace.ts'), options.ports.loadLocking)
      return exportSpace({ ...options, deriveKey }, exporting)
    },
    async readDetails() {
      const { readDetails } = await loadPart('counts what is in a space', () => import('./spaceDetails.ts'))
      return readDetails(open, options.ports)
    },
    flush: () => documents.flush(),
    readWithdrawn: () => documents.readWithdrawn(),
    removeMember: commandsOnMembers.removeMember,
    setRole: commandsOnMembers.setRole,
    leave: commandsOnMembers.leave,
  }
  letInspect(space, open, options.ports.storage)

  return {
    open,
    space,
    revokeDevice: commandsOnMembers.revokeDevice,
    async dispose() {
      isOver = true
      for (const stop of stops) stop()
      for (const end of flows) end()
      flows.clear()
      waits.dispose()
      presence.dispose()
      invitations.dispose()
      sync.dispose()
      members.dispose()
      permissions.dispose()
      await open.dispose()
    },
  }
}
