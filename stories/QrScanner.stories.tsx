import type { Meta, StoryObj } from '@storybook/react-vite'
import { encodeQR } from 'qr'
import type { ReactNode } from 'react'
import { expect, fn, screen, waitFor } from 'storybook/test'
import { englishMessages } from '../src/components/config/englishMessages.ts'
import { JoinLinkForm } from '../src/components/invitations/JoinLinkForm.tsx'
import { browserCamera, type QrCamera } from '../src/components/invitations/qrCamera.ts'
import { QrScanner, QrScannerView } from '../src/components/invitations/QrScanner.tsx'
import { announced } from './announced.ts'
import { withUi } from './withUi.tsx'

const link = 'https://notes.example/#echo=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIz'

/** A camera that sees a drawn code. */
function seeing(text: string): QrCamera & { readonly streams: MediaStream[] } {
  const streams: MediaStream[] = []
  return {
    streams,
    createReader: browserCamera.createReader,
    async open() {
      const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
      const [width, height] = [640, 480]
      const canvas = Object.assign(document.createElement('canvas'), { width, height })
      const context = canvas.getContext('2d')!
      const side = Math.floor(height / rows.length)
      const draw = (): void => {
        context.fillStyle = '#ddd'
        context.fillRect(0, 0, width, height)
        context.fillStyle = '#111'
        rows.forEach((row, y) => row.forEach((isDark, x) => isDark && context.fillRect(90 + x * side, 5 + y * side, side, side)))
      }
      draw()
      const stream = canvas.captureStream(10)
      const timer = setInterval(() => (stream.active ? draw() : clearInterval(timer)), 100)
      streams.push(stream)
      return stream
    },
  }
}

const refusing = (name: string): QrCamera => ({
  open: () => Promise.reject(new DOMException('Not this time.', name)),
  createReader: browserCamera.createReader,
})

/** Not what is read out. */
const seen = { selector: 'p' }

const meta = {
  title: 'QrScanner',
  component: QrScanner,
  decorators: [withUi],
  args: { onLink: fn() },
} satisfies Meta<typeof QrScanner>
export default meta
type Story = StoryObj<typeof meta>

const drawn = seeing(link)
export const ReadsALink: Story = {
  args: { camera: drawn },
  play: async ({ args, canvas, canvasElement }) => {
    await waitFor(() => expect(canvas.getByText('Hold the QR code in front of the camera.', seen)).toBeVisible(), { timeout: 5000 })
    await expect(canvasElement.querySelector('video')).toBeVisible()
    await waitFor(() => expect(args.onLink).toHaveBeenCalledWith(link), { timeout: 10_000 })
  },
}
export const Invalid: Story = {
  args: { camera: seeing('https://elsewhere.example/menu') },
  play: async ({ args, canvas }) => {
    await waitFor(() => expect(canvas.getByText(/QR code of something else/, seen)).toBeVisible(), { timeout: 10_000 })
    await expect(args.onLink).not.toHaveBeenCalled()
  },
}
const waiting: QrCamera = { open: () => new Promise(() => {}), createReader: browserCamera.createReader }
export const Prompt: Story = {
  args: { camera: waiting },
  play: async ({ canvas, canvasElement }) => {
    await expect(canvas.getByText('Allow this page to use the camera.', seen)).toBeVisible()
    await expect(canvasElement.querySelector('video')).not.toBeVisible()
  },
}

function ending(camera: QrCamera, text: RegExp): Story {
  return {
    args: { camera },
    play: async ({ canvas, canvasElement }) => {
      await waitFor(() => expect(canvas.getByText(text, seen)).toBeVisible())
      await expect(canvas.getByText(text, seen)).toHaveTextContent(/paste the link/i)
      await waitFor(() => expect(canvas.getByText(text, announced)).toBeInTheDocument())
      await expect(canvasElement.querySelector('video')).not.toBeVisible()
    },
  }
}
export const Denied = ending(refusing('NotAllowedError'), /The camera is blocked for this page/)
export const NoCamera = ending(refusing('NotFoundError'), /No camera was found/)
export const Busy = ending(refusing('NotReadableError'), /The camera does not start/)
export const NotLoaded = ending(
  { ...seeing(link), createReader: () => Promise.reject(new TypeError('Failed to fetch.')) },
  /could not be loaded/,
)
export const InsecureContext: Story = {
  render: () => <QrScannerView state={{ status: 'insecure-context' }} />,
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/only on pages that are opened over https/, seen)).toBeVisible()
  },
}

const onClose = fn()
/** As the dialogs that follow a link have it. */
function Form({ onLink, camera }: { readonly onLink: (link: string) => void; readonly camera?: QrCamera }): ReactNode {
  return <JoinLinkForm texts={englishMessages.join} onLink={onLink} onClose={onClose} camera={camera} />
}
const beside = seeing(link)
export const BesideTheField: Story = {
  args: { camera: beside },
  render: ({ onLink, camera }) => <Form onLink={onLink} {...(camera && { camera })} />,
  play: async ({ args, userEvent }) => {
    beside.streams.length = 0
    await expect(document.querySelector('video')).toBeNull()
    screen.getByRole('button', { name: 'Scan a code' }).focus()
    await userEvent.keyboard('{Enter}')
    await waitFor(() => expect(args.onLink).toHaveBeenCalledWith(link), { timeout: 10_000 })
    await expect(screen.getByLabelText('Invitation link')).toBeVisible()
    await expect(screen.getByRole('button', { name: 'Stop the camera' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect(document.querySelector('video')).toBeNull()
    // The light of the camera goes out.
    await expect(beside.streams.length).toBeGreaterThan(0)
    await waitFor(() => expect(beside.streams.every((stream) => !stream.active)).toBe(true))
  },
}

let refusals = 0
const countedRefusal: QrCamera = {
  open() {
    refusals++
    return Promise.reject(new DOMException('Not this time.', 'NotAllowedError'))
  },
  createReader: browserCamera.createReader,
}
export const AgainAfterARefusal: Story = {
  args: { camera: countedRefusal },
  render: BesideTheField.render!,
  play: async ({ userEvent }) => {
    refusals = 0
    for (const tries of [1, 2]) {
      await userEvent.click(screen.getByRole('button', { name: 'Scan a code' }))
      await waitFor(() => expect(refusals).toBeGreaterThanOrEqual(tries))
      // Nothing runs that could be stopped; who has allowed the camera meanwhile tries again.
      await expect(await screen.findByRole('button', { name: 'Scan a code' })).toHaveFocus()
      await expect(screen.getByText(/^The camera is blocked/, seen)).toBeVisible()
    }
  },
}
