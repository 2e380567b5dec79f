import { describe, expect, it } from 'vitest'
import { createSpacePermissions, type Permissions } from '../../../src/client/spaces/spacePermissions.ts'
import { toId, type DeviceId } from '../../../src/shared/ids.ts'
import { seededCrypto } from '../access/people.ts'
import { createScenario } from '../access/scenario.ts'

/* An owner, two admins by him, an editor and a reader; everyone looks at what they may do. */
const base = 'G=genesis A:a1; 1=a1 admit admin B:b1<G; 2=a1 admit admin C:c1<1; 3=b1 admit editor D:d1<2; 4=b1 admit reader E:e1<3'

async function begin() {
  const scenario = await createScenario(seededCrypto())
  await scenario.run(base)
  const { log } = scenario
  const people = new Map([...log.state.get().members.values()].map((member) => [member.name, member]))
  const idOf = (name: string) => people.get(name)!.identity
  return {
    scenario,
    idOf,
    log,
    permissionsOf(name: string) {
      const { identity, devices } = people.get(name)!
      return createSpacePermissions(log, { id: identity, deviceId: toId<DeviceId>(devices[0]!.sign) })
    },
  }
}

const about = ({ members }: Permissions, id: Parameters<Permissions['members']['get']>[0]) => members.get(id)

describe('permissions', () => {
  it('let an owner do everything but lower himself and leave as the last one', async () => {
    const { permissionsOf, idOf } = await begin()
    const permissions = permissionsOf('A').state.get()
    expect(permissions).toMatchObject({ role: 'owner', can: { write: true, invite: true, manageMembers: true, leave: false } })
    expect(permissions.why).toEqual({ leave: 'last-owner' })
    expect(about(permissions, idOf('A'))).toEqual({ canRemove: false, roles: ['owner'], why: 'yourself' })
    expect(about(permissions, idOf('B'))).toEqual({ canRemove: true, roles: ['owner', 'admin', 'editor', 'reader'] })
    expect(about(permissions, idOf('E'))).toEqual({ canRemove: true, roles: ['owner', 'admin', 'editor', 'reader'] })
  })

  it('let an admin manage whom he stands above, and appoint no owner', async () => {
    const { permissionsOf, idOf } = await begin()
    const permissions = permissionsOf('B').state.get()
    expect(permissions.can).toEqual({ write: true, invite: true, manageMembers: true, leave: true })
    expect(about(permissions, idOf('A'))).toEqual({ canRemove: false, roles: ['owner'], why: 'outranked' })
    expect(about(permissions, idOf('C'))).toEqual({ canRemove: false, roles: ['admin'], why: 'outranked' })
    expect(about(permissions, idOf('D'))).toEqual({ canRemove: true, roles: ['admin', 'editor', 'reader'] })
  })

  it('tell an editor and a reader what their role lacks', async () => {
    const { permissionsOf, idOf } = await begin()
    expect(permissionsOf('D').state.get()).toMatchObject({ can: { write: true, invite: false }, why: { invite: 'not-admin' } })
    const reader = permissionsOf('E').state.get()
    expect(reader.why).toEqual({ write: 'reader', invite: 'not-admin', manageMembers: 'not-admin' })
    expect(about(reader, idOf('D'))).toEqual({ canRemove: false, roles: ['editor'], why: 'not-admin' })
  })

  it('follow a change of role, a removal and a leave, and tell nobody of what changes nothing', async () => {
    const { permissionsOf, scenario } = await begin()
    const [editor, admin] = [permissionsOf('D'), permissionsOf('C')]
    let told = 0
    editor.state.subscribe(() => told++)
    await scenario.run('e=a1 epoch a1,b1,c1,d1,e1<4')
    expect(told).toBe(0)
    await scenario.run('5=a1 admit admin D:d1<e')
    expect(editor.state.get().role).toBe('admin')
    expect(told).toBe(1)
    await scenario.run('6=a1 remove D<5')
    expect(editor.state.get()).toMatchObject({
      role: undefined,
      can: { write: false, leave: false },
      why: { write: 'removed', leave: 'removed' },
    })
    await scenario.run('7=c1 leave<6')
    expect(admin.state.get().why).toEqual({ write: 'left', invite: 'left', manageMembers: 'left', leave: 'left' })
  })

  it('let the last owner go where another was appointed, or nobody else is there', async () => {
    const { permissionsOf, scenario } = await begin()
    const owner = permissionsOf('A')
    await scenario.run('5=a1 admit owner D:d1<4')
    expect(owner.state.get().can.leave).toBe(true)
    const alone = await createScenario(seededCrypto())
    await alone.run('G=genesis A:a1')
    const [me] = alone.log.state.get().members.values()
    const permissions = createSpacePermissions(alone.log, { id: me!.identity, deviceId: toId<DeviceId>(me!.devices[0]!.sign) })
    expect(permissions.state.get().can.leave).toBe(true)
  })

  it('name who ended a membership', async () => {
    const { scenario, log, idOf } = await begin()
    const deviceOf = (name: string) =>
      toId<DeviceId>([...log.state.get().members.values()].find((member) => member.name === name)!.devices[0]!.sign)
    const [editor, reader] = [deviceOf('D'), deviceOf('E')]
    expect(log.endedBy(editor)).toEqual([])
    await scenario.run('5=b1 remove D<4; 6=a1 remove D<4; 7=c1 remove E<4')
    expect(new Set(log.endedBy(editor))).toEqual(new Set([idOf('A'), idOf('B')]))
    expect(log.endedBy(reader)).toEqual([idOf('C')])
  })
})
