import { toHex } from '../../shared/bytes.ts'
import type { Clock, Random, Timer } from '../../shared/ports.ts'
import type { Backoff } from '../backoff.ts'
import type { BaseConnection } from '../baseConnection.ts'
import type { FindingLog } from '../findingLog.ts'
import type { AdapterRoom } from '../roomNetwork.ts'
import { TabConnection } from './tabConnection.ts'
import { parseTabMessage, type TabMessage } from './tabMessage.ts'

const pingEveryMs = 5_000
const reconnectMs = 50

export interface TabsRoomOptions {
  readonly channelName: string
  readonly clock: Clock
  readonly random: Random
  readonly backoff: Backoff
  readonly addFinding: FindingLog['add']
  meet(connection: BaseConnection): void
}

/** The tabs of one profile that use the same room; each pair has one link. */
export function createTabsRoom(options: TabsRoomOptions): AdapterRoom {
  let visit: TabsVisit | undefined
  return {
    start: () => {
      visit = startVisit(options)
    },
    stop: () => {
      visit?.end()
      visit = undefined
      return Promise.resolve()
    },
    probe: () => visit?.probe(),
  }
}

interface TabsVisit {
  probe(): void
  end(): void
}

function startVisit({ channelName, clock, random, backoff, addFinding, meet }: TabsRoomOptions): TabsVisit {
  const self = toHex(random.bytes(16))
  const channel = new BroadcastChannel(channelName)
  const linksByTab = new Map<string, TabConnection>()
  const endedMsByTab = new Map<string, number>()
  const timers = new Set<Timer>()
  let pingTimer: Timer | undefined
  let isOver = false

  function post(message: TabMessage): void {
    if (!isOver) channel.postMessage(message)
  }

  function later(delayMs: number, callback: () => void): void {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer)
      callback()
    })
    timers.add(timer)
  }

  function waitMs(tab: string): number {
    const endedMs = endedMsByTab.get(tab)
    return endedMs === undefined ? 0 : Math.max(0, endedMs + backoff.delayMs - clock.now())
  }

  function connect(other: string, link: string): void {
    linksByTab.get(other)?.finish()
    const connection = new TabConnection({
      self,
      other,
      link,
      post,
      onEnded: () => {
        if (linksByTab.get(other) === connection) linksByTab.delete(other)
        endedMsByTab.set(other, clock.now())
        if (!isOver) later(reconnectMs, () => greet(other))
      },
    })
    linksByTab.set(other, connection)
    meet(connection)
  }

  function greet(other: string): void {
    if (linksByTab.has(other) || !endedMsByTab.has(other)) return
    const leftMs = waitMs(other)
    if (leftMs > 0) later(leftMs, () => greet(other))
    else post({ kind: 'hello', from: self, to: other })
  }

  // A hello from a tab that we are linked with has crossed our own word: its close would have come before it.
  function greeted(message: TabMessage & { kind: 'hello' }): void {
    const { from } = message
    if (linksByTab.has(from) || waitMs(from) > 0) return
    if (self > from) {
      post({ kind: 'hello', from: self, to: from })
      return
    }
    const link = toHex(random.bytes(8))
    post({ kind: 'open', from: self, to: from, link })
    connect(from, link)
  }

  function parted(tab: string): void {
    linksByTab.get(tab)?.finish()
    // It has said goodbye: there is nobody to greet again.
    endedMsByTab.delete(tab)
  }

  function handle(message: TabMessage): void {
    if ('to' in message && message.to !== self) return
    if (message.kind === 'hello') greeted(message)
    else if (message.kind === 'bye') parted(message.from)
    else if (message.kind === 'open') {
      if (waitMs(message.from) > 0) post({ kind: 'close', from: self, to: message.from, link: message.link })
      else connect(message.from, message.link)
    } else {
      const link = linksByTab.get(message.from)
      if (link?.link === message.link) link.handle(message)
      // A tab that slept through our close still believes in the link.
      else if (message.kind !== 'close') post({ kind: 'close', from: self, to: message.from, link: message.link })
    }
  }

  function armPing(): void {
    const dueMs = clock.now() + pingEveryMs
    pingTimer = clock.after(pingEveryMs, () => {
      // After a sleep of our own the answers lie unread in the queue: nobody is to blame for silence then.
      if (clock.now() - dueMs < pingEveryMs) pingAll()
      armPing()
    })
  }

  function pingAll(): void {
    for (const link of [...linksByTab.values()]) {
      if (link.ping()) continue
      addFinding('peer-silent', 'Another tab of this app does not answer; it may be asleep.')
      link.close()
    }
  }

  const sayHello = (): void => post({ kind: 'hello', from: self })
  const sayBye = (): void => {
    post({ kind: 'bye', from: self })
    for (const link of [...linksByTab.values()]) link.finish()
  }

  channel.onmessage = (event: MessageEvent) => {
    const message = parseTabMessage(event.data)
    if (message !== undefined && !isOver) handle(message)
  }
  // Node has no window events; there a process that ends is as good as silent.
  if (typeof window !== 'undefined') {
    window.addEventListener('pagehide', sayBye)
    window.addEventListener('pageshow', sayHello)
  }
  sayHello()
  armPing()

  return {
    probe: sayHello,
    end: () => {
      sayBye()
      isOver = true
      clock.clear(pingTimer)
      for (const timer of timers) clock.clear(timer)
      if (typeof window !== 'undefined') {
        window.removeEventListener('pagehide', sayBye)
        window.removeEventListener('pageshow', sayHello)
      }
      channel.close()
    },
  }
}
