/** A plain RTCDataChannel between two pages, as fast as it goes: what the first sync is held against. */
const messageBytes = 16 * 1024
const highWaterBytes = 256 * 1024
const lowWaterBytes = 64 * 1024

export function createRawChannel() {
  const connection = new RTCPeerConnection()
  const channel = connection.createDataChannel('raw', { negotiated: true, id: 1 })
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = lowWaterBytes
  const opened = new Promise((resolve) => (channel.onopen = resolve))

  /** The description with all candidates in it, so that one exchange is enough. */
  async function describe(description) {
    await connection.setLocalDescription(description)
    while (connection.iceGatheringState !== 'complete') {
      await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }))
    }
    return connection.localDescription.toJSON()
  }

  return {
    offer: async () => describe(await connection.createOffer()),
    async answer(offer) {
      await connection.setRemoteDescription(offer)
      return describe(await connection.createAnswer())
    },
    take: (answer) => connection.setRemoteDescription(answer),
    /** Says so when `bytes` have come. */
    receive(bytes) {
      let received = 0
      channel.onmessage = ({ data }) => {
        received += data.byteLength
        if (received >= bytes) channel.send('done')
      }
    },
    /** @returns the milliseconds until the other end has it all */
    async send(bytes) {
      await opened
      const message = new Uint8Array(messageBytes)
      const done = new Promise((resolve) => (channel.onmessage = resolve))
      const start = performance.now()
      for (let sent = 0; sent < bytes; sent += messageBytes) {
        if (channel.bufferedAmount > highWaterBytes) {
          await new Promise((resolve) => channel.addEventListener('bufferedamountlow', resolve, { once: true }))
        }
        channel.send(message)
      }
      await done
      return performance.now() - start
    },
  }
}
