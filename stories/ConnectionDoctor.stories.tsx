import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { ConnectionDoctor, ConnectionDoctorView } from '../src/components/status/ConnectionDoctor.tsx'
import { readingDiagnostics } from '../src/client/diagnostics/diagnostics.ts'
import { defineType } from '../src/database/types/defineType.ts'
import { z } from 'zod'
import { diagnosticsOf, garden, peerOf } from './diagnosticsOf.ts'
import { sidesOf, patience } from './hooks/people.ts'
import { expectHarmless, inNarrowBox } from './inNarrowBox.tsx'
import { withPeers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

const meta = { title: 'ConnectionDoctor', component: ConnectionDoctorView, decorators: [withUi] } satisfies Meta<
  typeof ConnectionDoctorView
>
export default meta
type Story = StoryObj<typeof meta>

const url = 'wss://signal.example'
const server = { url, roundTripMs: undefined, sinceMs: 0 }
const noneLinked = ['members', 'version', 'clock', 'sync'] as const

export const Reading: Story = {
  args: { state: readingDiagnostics },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent('Looking…')
    await expect(canvas.queryByRole('button')).toBeNull()
  },
}

export const AllWell: Story = {
  args: {
    state: diagnosticsOf([], {
      peers: [
        peerOf('Ben'),
        peerOf('Cleo', { path: 'relayed', roundTripMs: 140 }),
        peerOf('', { id: 'tab', identity: undefined, path: 'same-browser', bytesSent: undefined, roundTripMs: undefined }),
      ],
    }),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent('Everything that can be checked is in order.')
    await expect(canvas.getByText('wss://signal.example answers in 23 ms.')).toBeVisible()
    await expect(canvas.getByRole('row', { name: 'Ben Direct · 12 ms 48 kB sent, 1.2 MB received · All here' })).toBeVisible()
    await expect(canvas.getByRole('row', { name: 'Another tab of this browser In this browser All here' })).toBeVisible()
  },
}

export const SignalingDown: Story = {
  args: {
    state: diagnosticsOf([{ code: 'server-refused', check: 'signaling', severity: 'problem', url }], {
      servers: [{ ...server, status: 'refused' }],
      unknown: noneLinked,
    }),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent('There is a problem with the connection.')
    await expect(canvas.getByText(/^Nothing answers at wss:\/\/signal\.example: the signaling server is down/)).toBeVisible()
  },
}

export const WrongAddress: Story = {
  args: {
    state: diagnosticsOf([{ code: 'server-foreign', check: 'signaling', severity: 'problem', url }], {
      servers: [{ ...server, status: 'foreign' }],
      unknown: noneLinked,
    }),
  },
}

/** Two servers, of which one is enough. */
export const OneServerSilent: Story = {
  args: {
    state: diagnosticsOf([{ code: 'server-silent', check: 'signaling', severity: 'notice', url: 'wss://second.example/…' }], {
      peers: [peerOf('Ben')],
    }),
  },
}

export const RelayRefused: Story = {
  args: {
    state: diagnosticsOf(
      [
        { code: 'no-way', check: 'ways', severity: 'problem' },
        { code: 'relay-refused', check: 'ways', severity: 'problem', url: 'turn:relay.example', reason: 401 },
      ],
      { ways: { addresses: { local: 2, public: 0, relayed: 0 }, relays: [], connecting: 1, isFailing: true }, unknown: noneLinked },
    ),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^The relay turn:relay\.example refuses this app \(401\)/)).toBeVisible()
  },
}

export const NoRelay: Story = {
  args: {
    state: diagnosticsOf(
      [
        { code: 'no-address', check: 'ways', severity: 'problem' },
        { code: 'no-relay', check: 'ways', severity: 'problem' },
        { code: 'relay-silent', check: 'ways', severity: 'problem', url: 'turn:relay.example' },
      ],
      { unknown: noneLinked },
    ),
  },
}

export const Removed: Story = {
  args: {
    state: diagnosticsOf([{ code: 'removed', check: 'members', severity: 'problem', space: garden }], {
      unknown: ['version', 'clock', 'sync'],
    }),
  },
}

export const VersionsApart: Story = {
  args: {
    state: diagnosticsOf([
      { code: 'peer-older', check: 'version', severity: 'notice', space: garden },
      { code: 'peer-newer', check: 'version', severity: 'problem', space: garden },
      { code: 'newer-content', check: 'version', severity: 'problem', space: garden },
    ]),
  },
}

export const NobodyElse: Story = {
  args: {
    state: diagnosticsOf([{ code: 'peer-offline', check: 'members', severity: 'notice', space: garden }], {
      unknown: ['version', 'clock', 'sync'],
    }),
  },
}

/** What a space can be told of others, all at once. */
export const Refusals: Story = {
  args: {
    state: diagnosticsOf(
      [
        { code: 'not-in-room', check: 'room', severity: 'notice', space: garden },
        { code: 'peer-removed', check: 'members', severity: 'notice', space: garden },
        { code: 'peer-unknown', check: 'members', severity: 'notice', space: garden },
        { code: 'peer-insecure', check: 'members', severity: 'problem', space: garden },
        { code: 'clock-skew', check: 'clock', severity: 'notice', space: garden, person: 'Ben', aheadMs: 3 * 3_600_000 },
        { code: 'clock-skew', check: 'clock', severity: 'notice', space: garden, person: 'Cleo', aheadMs: -600_000 },
        { code: 'lagging', check: 'sync', severity: 'notice', space: garden },
      ],
      { peers: [peerOf('Ben', { lacking: 12 }), peerOf('Cleo', { path: 'unknown', bytesSent: undefined, roundTripMs: undefined })] },
    ),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/of Ben are 3 hours apart; this one is behind\./)).toBeVisible()
    await expect(canvas.getByText(/of Cleo are 10 minutes apart; this one is ahead\./)).toBeVisible()
  },
}

/** What stands before everything else, one after the other. */
export const Unable: Story = {
  args: {
    state: diagnosticsOf(
      (['switched-off', 'device-offline', 'other-tab', 'no-webrtc', 'unreachable', 'no-server'] as const).map((code) => ({
        code,
        check: code === 'no-webrtc' ? 'ways' : code === 'other-tab' || code === 'unreachable' ? 'room' : 'signaling',
        severity: 'notice',
      })),
      { servers: [], ways: undefined, unknown: noneLinked },
    ),
  },
}

/** The doctor's own code is fetched when it is first shown. */
export const NotLoaded: Story = {
  args: {
    state: {
      ...readingDiagnostics,
      status: 'problem',
      findings: [{ code: 'load-failed', check: 'signaling', severity: 'problem' }],
      report: () => 'load-failed',
    },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('A part of the app could not be fetched. Go online and reload the page.')).toBeVisible()
  },
}

const hostile = `<img src=x onerror=alert(1)>\u202E${'Zalgo\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 '.repeat(200)}`

/** Names and times are whatever a peer says: text of bounded length that turns nothing around it, and no more rows than a page can hold. */
export const HostilePeers: Story = {
  args: {
    state: diagnosticsOf(
      Array.from({ length: 60 }, (_, i) => ({
        code: 'clock-skew' as const,
        check: 'clock' as const,
        severity: 'notice' as const,
        space: { ...garden, name: hostile },
        person: i === 0 ? '\u2067\u2067' : hostile,
        aheadMs: i % 2 === 0 ? Number.MAX_SAFE_INTEGER : -8e15,
      })),
      {
        peers: Array.from({ length: 200 }, (_, i) =>
          peerOf(i === 0 ? '' : hostile, {
            id: String(i),
            space: { ...garden, id: `s${i}` as never, name: hostile },
            lacking: 4_294_967_295,
          }),
        ),
      },
    ),
  },
  play: async ({ canvas, canvasElement }) => {
    await expect(canvasElement.querySelector('img')).toBeNull()
    await expect(canvasElement.textContent).not.toMatch(/[\u202A-\u202E\u2066\u2067]/)
    await expect(canvas.getAllByRole('row')).toHaveLength(52)
    await expect(canvas.getByText('and 150 more')).toBeVisible()
    await expect(canvas.getByText('and 56 more')).toBeVisible()
    await expect(Math.max(...canvas.getAllByRole('rowheader').map(({ textContent }) => [...textContent].length))).toBeLessThan(500)
    await expect(canvas.getAllByText(/of Someone without a name are 9,999 days apart/)[0]).toBeVisible()
  },
}

export const Narrow: Story = {
  decorators: [inNarrowBox],
  args: {
    state: diagnosticsOf(
      [{ code: 'server-refused', check: 'signaling', severity: 'notice', url: `wss://${'signal-'.repeat(12)}.example` }],
      {
        peers: [peerOf('Donaudampfschifffahrtsgesellschaftskapitän', { path: 'relayed', lacking: 12 }), peerOf('Ben')],
      },
    ),
  },
  play: ({ canvas }) => expectHarmless(canvas.getByTestId('narrow')),
}

/** The report can be had by hand where the clipboard is closed. */
export const CopyFails: Story = {
  args: { state: diagnosticsOf() },
  play: async ({ canvas, userEvent }) => {
    const button = canvas.getByRole('button', { name: 'Copy report' })
    const closed = Object.assign(new EventTarget(), { writeText: () => Promise.reject(new DOMException('No.', 'NotAllowedError')) })
    const copied: string[] = []
    const open = Object.assign(new EventTarget(), { writeText: async (text: string) => void copied.push(text) })
    const own = Object.getOwnPropertyDescriptor(navigator, 'clipboard')
    const give = (value: object) => Object.defineProperty(navigator, 'clipboard', { value, configurable: true })
    try {
      give(closed)
      await userEvent.click(button)
      const report = await canvas.findByRole<HTMLTextAreaElement>('textbox', { name: 'Report' })
      await waitFor(() => expect(report).toHaveFocus())
      await expect(report.value.slice(report.selectionStart, report.selectionEnd)).toContain('Verdict: ok')
      give(open)
      await userEvent.click(button)
      await expect(await canvas.findByText('Report copied. It holds no names, texts or passwords.')).toBeVisible()
      await expect(copied).toEqual([expect.stringContaining('Verdict: ok')])
      await expect(canvas.queryByRole('textbox')).toBeNull()
      await expect(button).toHaveTextContent('Copy report')
    } finally {
      if (own === undefined) Reflect.deleteProperty(navigator, 'clipboard')
      else Object.defineProperty(navigator, 'clipboard', own)
    }
  },
}

const Task = defineType('task', z.object({ title: z.string() }))

/** Connected to a space: what is so no longer is gone. */
export const Connected: Story = {
  args: { state: readingDiagnostics },
  ...withPeers({ types: [Task] }, ({ space }) => <ConnectionDoctor space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await alice.findByRole('row', { name: /^Bob Direct/ }, patience)).toBeVisible()
    await userEvent.click(bob.getByRole('switch', { name: 'Online' }))
    await expect(await alice.findByText(/^No other device of “.+” is online\./, {}, patience)).toBeVisible()
    await expect(await bob.findByText(/^You have switched the network off\./, {}, patience)).toBeVisible()
    await userEvent.click(bob.getByRole('switch', { name: 'Online' }))
    await expect(await bob.findByText('Everything that can be checked is in order.', {}, patience)).toBeVisible()
    await expect(bob.queryByText(/^You have switched/)).toBeNull()
  },
}
