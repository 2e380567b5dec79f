import { once } from 'node:events'
import { createDecoder, readAny, readVarString, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeAny, writeVarString, writeVarUint8Array } from 'lib0/encoding'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { aliveCount, count, enter, linked, room, setupPages, until } from './webrtcPages.ts'

const pages = setupPages()
const sockets: WebSocket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate()
})

interface Intruder {
  say(data: unknown): void
  /** What was said on the topic. */
  readonly heard: string[]
}

/** Someone at the signaling server who knows the room's topic. */
async function intrude(): Promise<Intruder> {
  const socket = new WebSocket(pages.server().url)
  sockets.push(socket)
  const heard: string[] = []
  socket.on('message', (data: Buffer) => heard.push((JSON.parse(data.toString()) as { data: string }).data))
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'subscribe', topics: [room] }))
  return { heard, say: (data) => socket.send(JSON.stringify({ type: 'publish', topic: room, data })) }
}

interface RoomSeal {
  seal(data: unknown): Promise<string>
  open(data: string): Promise<unknown>
}

/** Seals and opens as y-webrtc does with the room's password. */
async function createSeal(password: string): Promise<RoomSeal> {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  const material = await crypto.subtle.importKey('raw', bytes(password), 'PBKDF2', false, ['deriveKey'])
  const derivation = { name: 'PBKDF2', salt: bytes(room), iterations: 100_000, hash: 'SHA-256' }
  const key = await crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
  const seal = async (data: unknown): Promise<string> => {
    const plain = createEncoder()
    writeAny(plain, data as never)
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, toUint8Array(plain) as Uint8Array<ArrayBuffer>))
    const encoder = createEncoder()
    writeVarString(encoder, 'AES-GCM')
    writeVarUint8Array(encoder, iv)
    writeVarUint8Array(encoder, sealed)
    return Buffer.from(toUint8Array(encoder)).toString('base64')
  }
  const open = async (data: string): Promise<unknown> => {
    const decoder = createDecoder(new Uint8Array(Buffer.from(data, 'base64')))
    readVarString(decoder)
    const [iv, sealed] = [readVarUint8Array(decoder).slice(), readVarUint8Array(decoder).slice()]
    return readAny(createDecoder(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))))
  }
  return { seal, open }
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

describe('the network over WebRTC under attack', () => {
  it('raises no error in the app for junk on its topic, with or without the room key', { timeout: 60_000 }, async () => {
    const [{ say, heard }, { seal, open }] = [await intrude(), await createSeal('secret')]
    const [alice] = await pages.pair()
    for (const junk of [
      null,
      7,
      {},
      [],
      '',
      '!!!',
      'AAAA',
      'x'.repeat(60_000),
      Buffer.from('\u0007AES-CBC').toString('base64'),
      Buffer.alloc(50).toString('base64'),
    ])
      say(junk)
    const me = 'intruder'
    const victims = new Set(await Promise.all(heard.map(async (data) => ((await open(data)) as { from: string }).from)))
    expect(victims.size).toBe(2)
    for (const to of [...victims, 'nobody']) {
      const signals = [
        undefined,
        null,
        'offer',
        {},
        { type: 'offer' },
        { type: 'offer', sdp: 'v=0' },
        { type: 'offer', sdp: 7 },
        { type: 'answer', sdp: 'm=application 9\r\n' },
        { type: 'candidate' },
        { type: 'candidate', candidate: {} },
        { type: 'candidate', candidate: { candidate: 'x' } },
        { type: 'renegotiate', renegotiate: true },
        { type: 'transceiverRequest', transceiverRequest: { kind: 'video' } },
        { type: 'pranswer', sdp: 'm=application 9' },
        { type: 'candidate', candidate: { candidate: 'nonsense', sdpMid: '0' } },
      ]
      for (const signal of signals) say(await seal({ type: 'signal', from: me, to, token: 1, signal }))
    }
    for (const message of [
      null,
      3,
      'announce',
      [],
      {},
      { type: 'announce' },
      { type: 'announce', from: {} },
      { type: 'announce', from: 'x'.repeat(1_000) },
      { type: 'toString', from: me },
    ])
      say(await seal(message))
    await pause(1_000)
    expect(await count(alice)).toBe(1)
    expect(await alice.evaluate(() => window.peer.measureRoundTrip(3))).toBeLessThan(1_000)
  })

  it(
    'bounds the connections that false announces cause, and lets an honest peer in when they have died',
    { timeout: 120_000 },
    async () => {
      const [alice, bob] = [await pages.open(), await pages.open()]
      await enter(alice)
      await until(async () => expect(pages.server().stats().topics).toBe(1))
      const [{ say }, { seal }] = [await intrude(), await createSeal('secret')]
      // The name has to be derived before alice can listen.
      await pause(500)
      for (let i = 0; i < 200; i++) say(await seal({ type: 'announce', from: `nobody-${i}` }))
      await until(async () => expect(await aliveCount(alice)).toBeGreaterThan(2))
      // Four at a time, each for two seconds, of which none lives longer than eight.
      for (let i = 0; i < 6; i++) {
        await pause(500)
        expect(await aliveCount(alice)).toBeLessThanOrEqual(20)
      }
      await enter(bob)
      await until(async () => expect(await Promise.all([count(alice), count(bob)])).toEqual([1, 1]), 75_000)
    },
  )

  it(
    'gives a stock client with room and password no channel of its own, hears nothing from it, and keeps its links',
    { timeout: 60_000 },
    async () => {
      const [alice, bob] = await pages.pair()
      const links = await Promise.all([alice, bob].map((page) => page.evaluate(() => window.peer.oldest())))
      const stock = await pages.open()
      const { url } = pages.server()
      await stock.evaluate(([address, name]) => window.peer.startStock([address!], name!, 'secret'), [url, room])
      await until(async () => expect((await stock.evaluate(() => window.peer.stock())).peers).toBeGreaterThan(0))
      await pause(3_000)
      expect((await stock.evaluate(() => window.peer.stock())).opened).toBe(0)
      // Our channel needs no answer to open, so the stranger counts as met, and may come and go; the handshake above turns it away.
      for (const [i, page] of [alice, bob].entries()) {
        expect(links[i]).toBeDefined()
        expect(await page.evaluate(() => window.peer.oldest())).toBe(links[i])
        expect(await page.evaluate(() => window.peer.measureRoundTrip(3))).toBeLessThan(1_000)
        expect(await page.evaluate(() => window.peer.strangeFrames())).toBe(0)
      }
      // The same client does get through where its kind is at home, so the refusal above is ours.
      const other = await pages.open()
      await other.evaluate(([address, name]) => window.peer.startStock([address!], name!, 'secret'), [url, room])
      await until(async () => expect((await other.evaluate(() => window.peer.stock())).opened).toBe(1))
    },
  )

  it('waits longer after each failed handshake before it lets the peer try again', { timeout: 60_000 }, async () => {
    const [alice, bob] = await pages.pair()
    const pauses: number[] = []
    for (let round = 0; round < 2; round++) {
      const startMs = Date.now()
      await alice.evaluate((name) => {
        window.peer.closeAll()
        window.peer.report(name, 'failed')
      }, room)
      await until(async () => expect(await count(bob)).toBe(0))
      await linked(alice, bob)
      pauses.push(Date.now() - startMs)
    }
    expect(pauses[0]).toBeGreaterThanOrEqual(1_000)
    expect(pauses[1]).toBeGreaterThanOrEqual(2_000)
    expect(pauses[1]).toBeLessThan(10_000)
  })
})
