/** Every frame that arrived over a data channel of this page, whoever opened it and however it was made. */
export interface FrameRecorder {
  /** Peer connections made. */
  connections: number
  /** Data channels that opened. */
  opened: number
  /** For each channel what came over it, in order. */
  readonly frames: Uint8Array[][]
}

export const recorder: FrameRecorder = { connections: 0, opened: 0, frames: [] }

/** Puts itself between the page and its WebRTC, before anything else uses that. */
export function installFrameRecorder(): void {
  const Native = window.RTCPeerConnection as typeof RTCPeerConnection | undefined
  if (Native === undefined) return
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      recorder.connections++
      this.addEventListener('datachannel', ({ channel }) => watch(channel))
    }

    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      return watch(super.createDataChannel(label, init))
    }
  }
}

function watch(channel: RTCDataChannel): RTCDataChannel {
  const frames: Uint8Array[] = []
  recorder.frames.push(frames)
  channel.addEventListener('open', () => recorder.opened++)
  // A Blob is never seen here: the library and the strangers all ask for array buffers before a channel opens.
  channel.addEventListener('message', ({ data }) =>
    frames.push(typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data as ArrayBuffer).slice()),
  )
  return channel
}

/** Whether some recorded frame holds `bytes`. */
export function isHeard(bytes: Uint8Array): boolean {
  return recorder.frames.flat().some((frame) => holds(frame, bytes))
}

function holds(frame: Uint8Array, bytes: Uint8Array): boolean {
  for (let start = frame.indexOf(bytes[0]!); start >= 0; start = frame.indexOf(bytes[0]!, start + 1)) {
    if (bytes.every((byte, i) => frame[start + i] === byte)) return true
  }
  return false
}
