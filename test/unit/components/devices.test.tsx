// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AddDeviceButton } from '../../../src/components/devices/AddDeviceButton.tsx'
import { IdentityGate } from '../../../src/components/identity/IdentityGate.tsx'
import { JoinDialog } from '../../../src/components/invitations/JoinDialog.tsx'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createFakeEcho, type FakeEcho } from '../react/fakeEcho.ts'
import { renderInEcho } from '../react/renderInEcho.tsx'

const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const addition = (fake: FakeEcho) => fake.additions.at(-1)!
const pairing = (fake: FakeEcho) => fake.pairings.at(-1)!
const url = 'https://app.test/#echo=abc'
const open = { url, code: '123456', expiresAt: Date.now() + 600_000 }

describe('AddDeviceButton', () => {
  it('makes nothing before it is asked to, lets a device in, and withdraws what is out when its dialog closes', () => {
    const fake = createFakeEcho()
    const { unmount } = renderInEcho(fake, <AddDeviceButton />)
    const heard = () => fake.calls.filter((call) => call !== 'addDevice disposed')
    click('Add a device')
    expect(heard()).toEqual([])
    click('Show QR code and link')
    expect(heard()).toEqual(['addDevice {"compare":false}'])
    act(() => addition(fake).state.set({ status: 'waiting', ...open }))
    expect(screen.getByLabelText<HTMLInputElement>('Link for the new device').value).toBe(url)
    act(() => addition(fake).state.set({ status: 'approving', ...open, requests: [{ guest: 'aa', name: 'Phone' }] }))
    click('Add Phone')
    expect(heard().at(-1)).toBe('approve aa')
    click('Close')
    expect(addition(fake).state.get().status).toBe('approving')
    click('Close anyway')
    expect(addition(fake).state.get().status).toBe('cancelled')
    // How it ended is no news when the dialog opens again.
    click('Add a device')
    expect(screen.getByRole('button', { name: 'Show QR code and link' })).toBeTruthy()
    unmount()
    expect(addition(fake).state.listeners()).toBe(0)
  })

  it('is not there while nobody is', () => {
    renderInEcho(createFakeEcho({ identity: { status: 'none' } }), <AddDeviceButton />)
    expect(screen.queryByRole('button')).toBeNull()
  })
})

describe('a device that is to be added', () => {
  it('takes a pasted link, code and digits, and stays until its person has seen that it is done', () => {
    const fake = createFakeEcho({ identity: { status: 'none' } })
    renderInEcho(fake, <IdentityGate>app</IdentityGate>)
    click('I use another device already')
    fireEvent.change(screen.getByLabelText('Link from your other device'), { target: { value: url } })
    fireEvent.submit(screen.getByLabelText('Link from your other device').closest('form')!)
    expect(fake.calls.filter((call) => call.startsWith(`pair ${url}`)).length).toBeGreaterThan(0)
    click('Use my account here')
    const preview = { spaceName: undefined, inviterName: 'Ann', role: undefined, expiresAt: undefined }
    const deadline = Date.now() + 60_000
    act(() => pairing(fake).state.set({ status: 'verifying', preview, attemptsLeft: 3, deadline, isChecking: false }))
    fireEvent.change(screen.getByLabelText('Code of six digits'), { target: { value: '123-456' } })
    fireEvent.submit(screen.getByLabelText('Code of six digits').closest('form')!)
    act(() => pairing(fake).state.set({ status: 'comparing', preview, digits: '730154', deadline, isConfirmed: false }))
    click('The numbers are the same')
    expect(fake.calls.filter((call) => !call.startsWith('pair https') && !call.endsWith('disposed'))).toEqual([
      'pair accepted',
      'pair code 123456',
      'pair confirmed',
    ])
    act(() => {
      fake.identity.set({ status: 'ready', identity: { id: 'ann' as never, name: 'Ann' } })
      pairing(fake).state.set({ status: 'success' })
    })
    expect(screen.getByText('app')).toBeTruthy()
    click('Done')
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('comes by the same door as who joins a space', () => {
    const fake = createFakeEcho({ identity: { status: 'none' } })
    const closed: string[] = []
    renderInEcho(fake, <JoinDialog open link={url} onClose={() => closed.push('closed')} onJoined={() => {}} />)
    act(() => fake.joins.at(-1)!.state.set({ status: 'invalid', error: new EchoError('wrong-kind', 'It adds a device.') }))
    expect(screen.getByRole('dialog', { name: 'Make this device yours?' })).toBeTruthy()
    click('Use my account here')
    expect(fake.calls.at(-1)).toBe('pair accepted')
    click('Close')
    expect(closed).toEqual(['closed'])
  })
})
