import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ReactNode } from 'react'
import { expect } from 'storybook/test'
import { Button } from '../../src/components/basics/Button.tsx'
import { useAddDevice } from '../../src/react/useAddDevice.ts'
import { useContacts } from '../../src/react/useContacts.ts'
import { useCredentials } from '../../src/react/useCredentials.ts'
import { useDeviceCommands } from '../../src/react/useDeviceCommands.ts'
import { useDevices } from '../../src/react/useDevices.ts'
import { useEcho } from '../../src/react/useEcho.ts'
import { useIdentity } from '../../src/react/useIdentity.ts'
import { usePairDevice } from '../../src/react/usePairDevice.ts'
import { usePassphrase } from '../../src/react/usePassphrase.ts'
import { useProfile } from '../../src/react/useProfile.ts'
import { withPeers, withStrangers } from '../withPeers.tsx'
import { withUi } from '../withUi.tsx'
import { patience, sidesOf } from './people.ts'

const meta: Meta = { title: 'Hooks/Person', decorators: [withUi] }
export default meta
type Story = StoryObj

function Profiles(): ReactNode {
  const { profile, update } = useProfile()
  const contacts = useContacts()
  return (
    <>
      <p>{`I am ${profile?.name}`}</p>
      <Button onClick={() => void update({ name: `${profile?.name} Rose` })}>Rename me</Button>
      <ul aria-label="Contacts">
        {contacts.map(({ id }) => (
          <li key={id}>
            <NameOf id={id} />
          </li>
        ))}
      </ul>
    </>
  )
}

function NameOf({ id }: { readonly id: string }): ReactNode {
  return useProfile(id).profile?.name
}

/** `useProfile` is how one is shown, or anyone met; `useContacts` are those met. */
export const ProfileAndContacts: Story = {
  ...withPeers({}, () => <Profiles />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await bob.findByText('Alice', { selector: 'li' }, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Rename me' }))
    await expect(await alice.findByText('I am Alice Rose')).toBeVisible()
    await expect(await bob.findByText('Alice Rose', { selector: 'li' }, patience)).toBeVisible()
  },
}

const audience = 'https://club.example'

function Proof({ space }: { readonly space: string }): ReactNode {
  const { credentials, present, verify } = useCredentials()
  const [shown, setShown] = useState('nothing')
  const show = async (): Promise<void> => {
    const nonce = crypto.getRandomValues(new Uint8Array(16))
    const result = await verify(await present({ nonce, audience, spaces: [space] }), { nonce, audience })
    setShown(result.ok ? result.value.memberships.map(({ standing, role }) => `${standing}, ${role}`).join() : 'refused')
  }
  return (
    <>
      <ul aria-label="Credentials">
        {credentials.map((credential) => (
          <li key={credential.id}>{credential.type === 'device' ? 'A device' : `${credential.role} of ${credential.spaceName}`}</li>
        ))}
      </ul>
      <Button onClick={() => void show()}>Show</Button>
      <p>{`Shown: ${shown}`}</p>
    </>
  )
}

/** `useCredentials` proves whose device this is and what one is a member of. */
export const Credentials: Story = {
  ...withPeers({ peers: ['Alice'] }, ({ space }) => <Proof space={space.id} />),
  play: async ({ canvas, userEvent }) => {
    await expect(await canvas.findByText('owner of Garden')).toBeVisible()
    await expect(canvas.getByText('A device')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Show' }))
    await expect(await canvas.findByText('Shown: member, owner')).toBeVisible()
  },
}

function Start(): ReactNode {
  const identity = useIdentity()
  return (
    <>
      <p>{`Identity: ${identity.status}`}</p>
      {identity.status === 'none' ? (
        <>
          <Button onClick={() => void identity.create({ name: 'Ann' })}>Begin</Button>
          <Pairing />
        </>
      ) : (
        <Devices />
      )}
    </>
  )
}

function Devices(): ReactNode {
  const devices = useDevices()
  const { rename } = useDeviceCommands()
  const { state, create, approve } = useAddDevice()
  return (
    <>
      <ul aria-label="Devices">
        {devices.map(({ id, name, isThis }) => (
          <li key={id}>
            {name}
            {isThis && <Button onClick={() => rename(id, 'Laptop')}>Name this device</Button>}
          </li>
        ))}
      </ul>
      <Button onClick={() => create()}>Add a device</Button>
      {'url' in state && (
        <>
          <input className="echo-input" aria-label="Link" readOnly value={state.url} />
          {state.status === 'approving' &&
            state.requests.map(({ guest, name }) => <Button key={guest} onClick={() => approve(guest)}>{`Let ${name} in`}</Button>)}
          <p aria-label="Code" role="note">
            {state.code}
          </p>
        </>
      )}
    </>
  )
}

function Pairing(): ReactNode {
  const { state, open, accept, submitCode } = usePairDevice(undefined, 'Phone')
  return (
    <>
      <input className="echo-input" aria-label="Follow" onChange={(event) => open(event.target.value)} />
      {state.status === 'preview' && <Button onClick={accept}>Use my account here</Button>}
      {state.status === 'verifying' && (
        <input className="echo-input" aria-label="Code" onChange={({ target }) => target.value.length === 6 && submitCode(target.value)} />
      )}
      <p>{`Pairing: ${state.status}`}</p>
    </>
  )
}

/** `useIdentity` begins, `useAddDevice` and `usePairDevice` make a second device hers; `useDevices` lists both, `useDeviceCommands` names them. */
export const IdentityAndDevices: Story = {
  ...withStrangers({ identities: false, halo: true }, () => <Start />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.click(await alice.findByRole('button', { name: 'Begin' }))
    await userEvent.click(await alice.findByRole('button', { name: 'Name this device' }, patience))
    await expect(await alice.findByText('Laptop', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Add a device' }))
    const link = (await alice.findByLabelText<HTMLInputElement>('Link', {}, patience)).value
    const code = alice.getByLabelText('Code').textContent
    await userEvent.click(bob.getByLabelText('Follow'))
    await userEvent.paste(link)
    await userEvent.click(await bob.findByRole('button', { name: 'Use my account here' }))
    await userEvent.click(await bob.findByLabelText('Code', {}, patience))
    await userEvent.paste(code)
    await userEvent.click(await alice.findByRole('button', { name: 'Let Phone in' }, patience))
    for (const side of [alice, bob]) await expect(await side.findByText('Phone', {}, patience)).toBeVisible()
    await expect(await bob.findByText('Laptop', {}, patience)).toBeVisible()
  },
}

function Locking(): ReactNode {
  const { status, set, remove } = usePassphrase()
  const { state } = useEcho()
  return (
    <>
      <p>{`App ${state.get().status}, passphrase ${status}`}</p>
      <Button onClick={() => void set('correct horse')}>Set</Button>
      <Button onClick={() => void remove('correct horse')}>Remove</Button>
    </>
  )
}

/** `usePassphrase` locks what is stored on this device; `useEcho` is the client below all hooks. */
export const Passphrase: Story = {
  ...withPeers({ peers: ['Alice'] }, () => <Locking />),
  play: async ({ canvas, userEvent }) => {
    await expect(await canvas.findByText('App ready, passphrase off')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Set' }))
    await expect(await canvas.findByText('App ready, passphrase unlocked', {}, patience)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Remove' }))
    await expect(await canvas.findByText('App ready, passphrase off', {}, patience)).toBeVisible()
  },
}
