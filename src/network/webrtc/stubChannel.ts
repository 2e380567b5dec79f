/**
 * What y-webrtc's connection library gets in place of a data channel: it never opens and carries nothing, so neither documents nor awareness
 * can travel past the secure link; closing it is how we give a connection up.
 */
export class StubChannel {
  readonly label = ''
  readonly bufferedAmount = 0
  // The library polls with a timer where these two are missing.
  bufferedAmountLowThreshold = 0
  onbufferedamountlow: unknown = null
  binaryType: BinaryType = 'arraybuffer'
  readyState: 'connecting' | 'closed' = 'connecting'
  onopen: unknown = null
  onmessage: unknown = null
  onerror: unknown = null
  onclose: (() => void) | null = null

  send(): void {
    // Nothing of the library's own may travel.
  }

  close(): void {
    this.readyState = 'closed'
  }

  /** Tells the library that the channel closed: it takes the connection down and looks for the peer anew. */
  giveUp(): void {
    if (this.readyState === 'closed') return
    this.close()
    this.onclose?.()
  }
}
