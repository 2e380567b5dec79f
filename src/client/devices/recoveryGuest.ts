import { idBytes } from '../../shared/ids.ts'
import type { Connection, Network, Room } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import { invitationTarget } from '../../access/making/consent.ts'
import { createHaloGenesis } from '../../access/making/createGenesis.ts'
import { deriveInvitationKeys, invitationRendezvous, type InvitationKeys } from '../../access/invitations/invitationKeys.ts'
import { guestJoin, type JoinedSpace } from '../../replication/joining/guestJoin.ts'
import type { EchoPorts } from '../echo.ts'

/**
 * Looks for another of the person's devices in the room that the phrase gives, until one lists this device in the private space. Nothing is believed
 * that does not follow from the phrase: the space's id, and that whoever answers is an owner of it.
 * @param options.onJoined stores the space and goes on with it; where that fails, the next device that answers is asked
 */
export function joinByPhrase(options: {
  readonly ports: EchoPorts
  readonly network: Network
  readonly identity: LocalIdentity
  readonly root: RootKey
  readonly ownName: string
  readonly onJoined: (joined: JoinedSpace) => Promise<void>
  readonly onFault: (error: unknown) => void
}): { dispose(): void } {
  const { ports, identity, root, onFault } = options
  const { crypto } = ports
  let isBusy = false
  let isOver = false
  let room: Room | undefined

  async function begin(): Promise<void> {
    const { space } = await createHaloGenesis(crypto, root)
    const keys = await deriveInvitationKeys(crypto, root.recoverySecret)
    const target = invitationTarget(crypto, idBytes(space))
    const { room: name, password } = invitationRendezvous(crypto, keys.rendezvousKey)
    if (!isOver) room = options.network.enter({ name, password }, (connection) => void ask(connection, keys, target).catch(onFault))
  }

  async function ask(connection: Connection, keys: InvitationKeys, target: Uint8Array): Promise<void> {
    if (isBusy || isOver) return connection.close()
    isBusy = true
    try {
      const joined = await guestJoin(connection, {
        ...ports,
        identity,
        name: options.ownName,
        invitation: { ...plain, secret: root.recoverySecret, target },
        keys,
        onAnswer: () => {},
        store: options.onJoined,
      })
      if (joined.ok) return dispose()
      if (joined.error.kind === 'end') onFault(joined.error.error)
      const isFailure = joined.error.kind === 'end' || !['closed', 'wrong-kind'].includes(joined.error.fault)
      if (isFailure) room?.reportHandshake('failed')
    } finally {
      isBusy = false
    }
  }

  function dispose(): void {
    if (isOver) return
    isOver = true
    void room?.leave().catch(onFault)
  }

  void begin().catch(onFault)
  return { dispose }
}

const plain = { kind: 'device', code: false, compare: false, approval: false, delegated: false } as const
