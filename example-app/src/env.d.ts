/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Where the signaling server listens, `ws://…` or `wss://…`. */
  readonly VITE_SIGNALING_URL?: string
}
