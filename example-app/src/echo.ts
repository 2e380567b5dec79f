import { createEcho } from 'echo-react'
import { showProblem } from './problems.ts'
import { Note, Task } from './types.ts'

const signalingUrl = import.meta.env.VITE_SIGNALING_URL ?? `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.hostname}:4444`

/** The app's database on this device: one for the whole page, so it lives outside of React. */
export const echo = createEcho({
  app: 'field-notes',
  types: [Task, Note],
  signaling: [signalingUrl],
  onError: showProblem,
})
