import { createEcho, type EchoError, type Readable } from 'echo-react'
import { types } from './model.ts'

const sameMachine = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.hostname}:4444`

let fault: EchoError | undefined
const listeners = new Set<() => void>()

/** The last fault of the background, which no call could throw, until it is put away. */
export const lastFault: Readable<EchoError | undefined> = {
  get: () => fault,
  subscribe(listener) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

/** Shows a fault; undefined puts the last one away. */
export function showFault(error: EchoError | undefined): void {
  fault = error
  for (const listener of listeners) listener()
}

/** The app's database on this device: one for the whole page, so it lives outside of React. */
export const echo = createEcho({
  app: 'field-notes',
  types,
  signaling: [import.meta.env.VITE_SIGNALING_URL ?? sameMachine],
  onError: showFault,
})

declare global {
  interface ImportMetaEnv {
    /** Where the signaling server listens, `ws://…` or `wss://…`. */
    readonly VITE_SIGNALING_URL?: string
  }
}
