import type { Wiretap } from '../hostileSignaling.ts'
import { decodeHello } from '../../../src/replication/link/hello.ts'
import { deriveSignalKey, openSignal, sealSignal, type Signal, type SignalMessage } from './signalSealing.ts'

/** How the attacker uses the signaling server that it owns. */
export type Attack =
  /** Real ends of its own toward both, so that each sees its certificate in place of the other's, and every frame handed on as it came. */
  | 'swap'
  /** As `swap`, but both ends lead to the same member. */
  | 'reflect'
  /** To each member the frames that the other sent in an earlier `swap`, and all signaling of the past. */
  | 'replay'
  /** Members of two rooms are introduced to each other and connect without anyone between. */
  | 'cross'

export interface Middleman {
  /** Takes hold of the server. @param rooms whose passwords the attacker knows */
  listen(attackerUrl: string, rooms: readonly { room: string; password: string }[]): Promise<void>
  /** Begins with the next announcement of each member; undefined leaves it at the attacks that are under way. */
  attack(how: Attack | undefined): void
  /**
   * For each channel to a member that opened: the sizes of the frames that came from there, whether the first was a hello, and how many frames
   * of others it was sent.
   */
  channels(): { sizes: number[]; startsWithHello: boolean; handedOn: number }[]
  /** Signals of members that were handed to a member of another room. */
  crossed(): number
}

interface Victim {
  readonly client: number
  readonly topic: string
  readonly peer: string
}

/** One end of the attacker's, which a member takes for a peer. */
interface End {
  readonly frames: Uint8Array[]
  handedOn: number
  isOpen: boolean
  onFrame: (frame: Uint8Array) => void
  onEnd: () => void
  send(frame: Uint8Array): void
  signal(signal: Signal): Promise<void>
  close(): void
}

export function createMiddleman(): Middleman {
  const keys = new Map<string, CryptoKey>()
  const victims = new Map<string, Victim>()
  const past: Wiretap[] = []
  const ends: End[] = []
  /** By member and alias. */
  const endsByName = new Map<string, End>()
  const busy = new Set<string>()
  let socket: WebSocket
  let how: Attack | undefined
  let crossed = 0
  let isReplayed = false
  let isRecording = true
  let handling = Promise.resolve()

  async function say({ client, topic }: Victim, message: SignalMessage): Promise<void> {
    socket.send(JSON.stringify({ client, topic, data: await sealSignal(keys.get(topic)!, message) } satisfies Wiretap))
  }

  async function openEnd(victim: Victim): Promise<End> {
    // A new name each time: by an old one a member may still know a peer that it has given up.
    const alias = crypto.randomUUID()
    const connection = new RTCPeerConnection()
    const channel = connection.createDataChannel('echo', { negotiated: true, id: 100, ordered: true })
    channel.binaryType = 'arraybuffer'
    const waiting: Uint8Array[] = []
    const end: End = {
      frames: [],
      handedOn: 0,
      isOpen: false,
      onFrame: () => undefined,
      onEnd: () => undefined,
      send(frame) {
        if (channel.readyState === 'connecting') waiting.push(frame)
        if (channel.readyState !== 'open') return
        channel.send(frame as Uint8Array<ArrayBuffer>)
        end.handedOn++
      },
      async signal(signal) {
        if (signal.type === 'answer') await connection.setRemoteDescription(signal)
        if (signal.type === 'candidate') await connection.addIceCandidate(signal.candidate)
      },
      close() {
        connection.close()
        endsByName.delete(name)
      },
    }
    const name = `${victim.peer} ${alias}`
    channel.onopen = () => {
      end.isOpen = true
      for (const frame of waiting.splice(0)) end.send(frame)
    }
    channel.onmessage = ({ data }) => {
      const frame = new Uint8Array(data as ArrayBuffer)
      end.frames.push(frame)
      end.onFrame(frame)
    }
    channel.onclose = () => end.onEnd()
    ends.push(end)
    endsByName.set(name, end)
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) return
      const signal: Signal = { type: 'candidate', candidate: candidate.toJSON() }
      void say(victim, { type: 'signal', from: alias, to: victim.peer, token: Date.now(), signal })
    }
    await connection.setLocalDescription()
    const signal: Signal = { type: 'offer', sdp: connection.localDescription!.sdp }
    await say(victim, { type: 'signal', from: alias, to: victim.peer, token: Date.now(), signal })
    return end
  }

  async function pair(one: Victim, two: Victim): Promise<void> {
    const name = `${one.peer} ${two.peer}`
    if (busy.has(name)) return
    busy.add(name)
    const [first, second] = [await openEnd(one), await openEnd(two)]
    first.onFrame = second.send
    second.onFrame = first.send
    first.onEnd = second.onEnd = () => {
      busy.delete(name)
      // What is under way still arrives.
      setTimeout(() => {
        first.close()
        second.close()
      }, 200)
    }
  }

  /** What a member sent in an earlier attack goes to another, one frame for each of its own. */
  async function replayTo(victim: Victim, tape: readonly Uint8Array[], number: number): Promise<void> {
    const name = `${victim.peer} ${number}`
    if (busy.has(name)) return
    busy.add(name)
    const end = await openEnd(victim)
    const left = [...tape]
    end.onFrame = () => {
      for (const frame of left.splice(0)) end.send(frame)
    }
    end.onEnd = () => busy.delete(name)
  }

  async function actOn(victim: Victim): Promise<void> {
    const others = [...victims.values()].filter(({ topic, peer }) => topic === victim.topic && peer !== victim.peer)
    const [other] = others.toReversed()
    if (how === 'reflect') await pair(victim, victim)
    if (how === 'swap' && other !== undefined) await (victim.peer < other.peer ? pair(victim, other) : pair(other, victim))
    if (how === 'replay') {
      if (!isReplayed) for (const word of past) socket.send(JSON.stringify(word))
      isReplayed = true
      const tapes = ends.map(({ frames }) => frames).filter(({ length }) => length > 0)
      for (const [number, tape] of tapes.slice(0, 2).entries()) await replayTo(victim, tape, number)
    }
  }

  async function cross(victim: Victim, message: SignalMessage): Promise<void> {
    for (const other of victims.values()) {
      if (other.topic === victim.topic || ('to' in message && message.to !== other.peer)) continue
      if (message.type === 'signal') crossed++
      await say(other, message)
    }
  }

  async function hear(word: Wiretap): Promise<void> {
    const key = keys.get(word.topic)
    if (key === undefined) return
    const message = await openSignal(key, word.data)
    const victim: Victim = { client: word.client, topic: word.topic, peer: message.from }
    // A member that enters anew has a new name.
    for (const [name, { client, topic }] of victims) if (client === word.client && topic === word.topic) victims.delete(name)
    victims.set(`${victim.topic} ${victim.peer}`, victim)
    if (isRecording) past.push(word)
    if (how === 'cross') await cross(victim, message)
    else if (message.type === 'signal') await endsByName.get(`${message.from} ${message.to}`)?.signal(message.signal)
    else await actOn(victim)
  }

  return {
    async listen(attackerUrl, rooms) {
      for (const { room, password } of rooms) keys.set(room, await deriveSignalKey(password, room))
      socket = new WebSocket(attackerUrl)
      socket.onmessage = ({ data }) => {
        const word = JSON.parse(data as string) as Wiretap
        handling = handling.then(() => hear(word))
      }
      await new Promise((resolve) => {
        socket.onopen = resolve
      })
    },
    attack(next) {
      how = next
      isRecording = false
      victims.clear()
    },
    channels: () =>
      ends
        .filter(({ isOpen }) => isOpen)
        .map(({ frames, handedOn }) => ({
          sizes: frames.map(({ length }) => length),
          startsWithHello: frames[0] !== undefined && decodeHello(frames[0]).ok,
          handedOn,
        })),
    crossed: () => crossed,
  }
}
