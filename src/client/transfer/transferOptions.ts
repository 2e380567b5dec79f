export interface ExportOptions {
  /** `json`: to be read by people and programs. `encrypted`: locked under `passphrase`, and smaller. */
  readonly format: 'json' | 'encrypted'
  readonly passphrase?: string
  /** Whether what was deleted goes along, so that it can be restored there, too; default true. */
  readonly deleted?: boolean
  /** Told how far it is, from 0 to 1. */
  readonly onProgress?: (progress: number) => void
  /** Ends it. */
  readonly signal?: AbortSignal
}

/** A space as a file. */
export interface ExportedSpace {
  readonly blob: Blob
  /** Names the file after the space. */
  readonly name: string
  /** How many items are in it. */
  readonly items: number
}

export interface ImportOptions {
  /** What the new space is called; by default as the file says. */
  readonly name?: string
  /** Opens a locked file. */
  readonly passphrase?: string
  /** Told how far it is, from 0 to 1. */
  readonly onProgress?: (progress: number) => void
  /** Ends it; nothing of it is left. */
  readonly signal?: AbortSignal
}
