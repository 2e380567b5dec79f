// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import { IdentityGate } from '../../../src/components/identity/IdentityGate.tsx'
import { createFakeEcho, phrase, rightPassphrase } from '../react/fakeEcho.ts'
import { renderInEcho } from '../react/renderInEcho.tsx'

const gate = <IdentityGate>app</IdentityGate>

describe('IdentityGate', () => {
  it('asks a new person for a name, then shows the app with the offer to save the words', async () => {
    const fake = createFakeEcho({ identity: { status: 'none' } })
    renderInEcho(fake, gate)
    expect(screen.queryByText('app')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }))
    expect(screen.getByRole('alert').textContent).toBe('Enter a name.')
    expect(fake.calls).toEqual([])
    await userEvent.type(screen.getByLabelText('Your name'), 'Bea{Enter}')
    expect(fake.calls).toEqual(['create Bea'])
    expect(screen.getByText('app')).toBeTruthy()
    expect(screen.getByRole('complementary', { name: 'Save your recovery words' })).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Later' }))
    expect(screen.getByRole('complementary').textContent).toBe('You will be asked again at your next visit.')
    expect(screen.getByText('app')).toBeTruthy()
  })

  it('says clearly that the words are wrong, keeps them for mending, and lets the right ones in', async () => {
    const fake = createFakeEcho({ identity: { status: 'none' } })
    renderInEcho(fake, gate)
    await userEvent.click(screen.getByRole('button', { name: 'I have recovery words' }))
    const field = screen.getByLabelText<HTMLTextAreaElement>('Recovery words')
    const recover = () => userEvent.click(screen.getByRole('button', { name: 'Recover' }))
    const alerts = () => screen.queryAllByRole('alert').map((alert) => alert.textContent)
    await userEvent.type(field, 'abandon abaut')
    await recover()
    await waitFor(() => expect(alerts()).toEqual([expect.stringMatching(/^Word 2 is not one/)]))
    expect([field.value, field.getAttribute('aria-invalid')]).toEqual(['abandon abaut', 'true'])
    expect(document.getElementById(field.getAttribute('aria-describedby')!.split(' ')[0]!)?.textContent).toBe(alerts()[0])
    expect(document.activeElement).toBe(field)
    await userEvent.clear(field)
    await userEvent.type(field, 'abandon about')
    expect(alerts()).not.toContainEqual(expect.stringMatching(/^Word 2/))
    await recover()
    await waitFor(() => expect(alerts()).toEqual(['There must be 24 words, and here are 2.']))
    await userEvent.clear(field)
    await userEvent.paste(Array(24).fill('abandon').join(' '))
    await recover()
    await waitFor(() => expect(alerts()).toEqual([expect.stringMatching(/^Each word is a possible one/)]))
    expect(fake.calls).toEqual([])
    await userEvent.clear(field)
    await userEvent.click(field)
    await userEvent.paste(`\n ${phrase.toUpperCase().replaceAll(' ', '\n')} `)
    expect(screen.getByText('24 of 24 words')).toBeTruthy()
    await recover()
    expect(await screen.findByText('app')).toBeTruthy()
    expect(screen.queryByRole('complementary')).toBeNull()
    // The name comes from another device.
    expect(fake.calls).toEqual(['recover '])
  })

  it('shows nothing while the identity is loaded quickly, and the app at once when it is there', () => {
    const { unmount } = renderInEcho(createFakeEcho({ identity: { status: 'loading' } }), gate)
    expect([screen.queryByText('app'), screen.queryByText('Loading…')]).toEqual([null, null])
    unmount()
    renderInEcho(createFakeEcho(), gate)
    expect(screen.getByText('app')).toBeTruthy()
    expect(screen.queryByRole('complementary')).toBeNull()
  })

  it('tells above the app that other devices are looked for, until they are found', async () => {
    const fake = createFakeEcho()
    renderInEcho(fake, gate)
    expect(screen.queryByText(/^Looking for your other devices/)).toBeNull()
    act(() => fake.awaitsDevices.set(true))
    expect(await screen.findByText(/^Looking for your other devices/)).toBeTruthy()
    expect(screen.getByText('app')).toBeTruthy()
    act(() => fake.awaitsDevices.set(false))
    expect(screen.queryByText(/^Looking for your other devices/)).toBeNull()
  })

  it('asks for the passphrase of a locked device, tells a wrong one, and shows the app behind the right one', async () => {
    const fake = createFakeEcho({ identity: { status: 'locked' }, state: { status: 'locked' } })
    renderInEcho(fake, gate)
    expect(screen.getByRole('heading', { name: 'This device is locked' })).toBeTruthy()
    const field = screen.getByLabelText<HTMLInputElement>('Passphrase')
    await userEvent.type(field, 'wrong horse battery{Enter}')
    expect((await screen.findByRole('alert')).textContent).toMatch(/^This is not the passphrase/)
    expect(screen.queryByText('app')).toBeNull()
    await userEvent.clear(field)
    await userEvent.type(field, `${rightPassphrase}{Enter}`)
    expect(await screen.findByText('app')).toBeTruthy()
    expect(fake.calls).toEqual(['unlock', 'unlock'])
  })

  it('shows who has forgotten the passphrase a way on, which is told of before it is gone', async () => {
    const fake = createFakeEcho({ identity: { status: 'locked' }, state: { status: 'locked' } })
    renderInEcho(fake, gate)
    await userEvent.click(screen.getByRole('button', { name: 'I forgot it' }))
    expect(screen.getByRole('dialog', { name: 'Sign out and delete everything here?' })).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Delete everything' }).disabled).toBe(true)
  })
})
