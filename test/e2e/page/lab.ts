import { z } from 'zod'
import {
  createEcho,
  type DiagnosticFinding,
  type Diagnostics,
  defineType,
  EchoError,
  query,
  type AddDeviceFlow,
  type Echo,
  type EchoConfig,
  type EchoErrorCode,
  type InvitationOptions,
  type InviteFlow,
  type JoinFlow,
  type JoinState,
  type OpenPairing,
  type PairFlow,
  type PairState,
  type Readable,
  type Space,
  type TextHandle,
} from '../../../src/core.ts'
import { createMiddleman, type Middleman } from './middleman.ts'
import { createFlooder, type Flooder } from './flooder.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createMeshProbe, type MeshProbe } from './meshProbe.ts'
import { createPatchedMember, type PatchedMember } from './patchedMember.ts'
import { createProbe, type Probe } from './probe.ts'
import { createStrangers, type Strangers } from './strangers.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Page = defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })

/** What a test calls in a page. `echo`, `space` and `text` are the ones last made or opened, so that a test's calls stay one line long. */
export interface Lab {
  echo: Echo
  space: Space
  text: TextHandle
  readonly Task: typeof Task
  readonly Note: typeof Note
  readonly Page: typeof Page
  readonly query: typeof query
  /** Codes that arrived at onError. */
  readonly errors: EchoErrorCode[]
  readonly probe: Probe
  readonly mesh: MeshProbe
  readonly ledger: Ledger
  readonly flooder: Flooder
  readonly patched: PatchedMember
  readonly strangers: Strangers
  readonly middleman: Middleman
  /** Makes an Echo; the address of the page says what it is called with, `config` replaces parts of that. */
  start(config?: Partial<EchoConfig>): Promise<Echo>
  signUp(name: string): Promise<void>
  createSpace(name: string): Promise<string>
  openSpace(id: string): Promise<void>
  /** @returns a link that is being waited at */
  invite(options?: Partial<InvitationOptions>): Promise<string>
  /** A link with a code, announced to the members so that it outlives the page. */
  inviteWithCode(options?: Partial<InvitationOptions>): Promise<{ url: string; code: string }>
  /** The invitation made last. */
  inviting: InviteFlow
  /** The join begun last. */
  joining: JoinFlow
  beginJoin(link: string): void
  /** Types a code when it is asked for, by default for the join. @returns what comes of it */
  typeCode(code: string, flow?: JoinFlow | PairFlow): Promise<string>
  /** The adding of a device begun last, on the device that is there. */
  adding: AddDeviceFlow
  /** @returns link and code for a new device */
  addDevice(): Promise<{ url: string; code: string }>
  /** Says yes to the device that asks. */
  approveDevice(): Promise<void>
  /** The pairing begun last, on the new device. */
  pairing: PairFlow
  beginPairing(link: string): void
  /** @returns the space and the milliseconds from accepting to an open space */
  join(link: string): Promise<{ id: string; ms: number }>
  add(title: string): string
  update(id: string, patch: { title?: string; done?: boolean }): void
  tasks(): { id: string; title: string; done: boolean }[]
  openNote(id: string): Promise<void>
  write(at: number, text: string): void
  content(): string
  /** Waits until the diagnosis has exactly these findings, and for a peer if `linked`. @returns it, with the report as a text */
  diagnosed(codes: readonly DiagnosticFinding['code'][], linked?: boolean): Promise<Omit<Diagnostics, 'report'> & { report: string }>
  /** Devices linked in the space, and connections of the network. */
  links(): { peers: number; connections: number }
  until<T>(readable: Readable<T>, pick: (value: T) => unknown, timeoutMs?: number): Promise<T>
  untilTask(id: string, patch: { title?: string; done?: boolean }, timeoutMs?: number): Promise<void>
  untilText(part: string, timeoutMs?: number): Promise<void>
  untilPeers(count: number, timeoutMs?: number): Promise<void>
  /** A value as a test can get it out of the page: errors as { code, details }. */
  plain<T>(value: T): T
  /** @returns the code that `action` fails with, or what else it threw */
  codeOf(action: () => unknown): Promise<string>
}

export function createLab(): Lab {
  const params = new URLSearchParams(location.search)

  const lab: Lab = {
    // Filled by the calls that a test begins with.
    echo: undefined as unknown as Echo,
    space: undefined as unknown as Space,
    text: undefined as unknown as TextHandle,
    joining: undefined as unknown as JoinFlow,
    inviting: undefined as unknown as InviteFlow,
    adding: undefined as unknown as AddDeviceFlow,
    pairing: undefined as unknown as PairFlow,
    Task,
    Note,
    Page,
    query,
    errors: [],
    probe: createProbe(() => lab),
    mesh: createMeshProbe(() => lab),
    ledger: createLedger(() => lab),
    flooder: createFlooder(() => lab),
    patched: createPatchedMember(() => lab),
    strangers: createStrangers(),
    middleman: createMiddleman(),
    async start(config = {}) {
      lab.echo = createEcho({
        app: 'lab',
        types: [Task, Note, Page],
        signaling: params.getAll('signaling'),
        onError: (error) => {
          lab.errors.push(error.code)
          console.warn(`onError ${error.code}: ${error.message}`, error.cause ?? '')
        },
        ...config,
      })
      await lab.echo.opened
      return lab.echo
    },
    async signUp(name) {
      await lab.echo.identity.create({ name })
      await lab.echo.identity.confirmPhraseSaved()
    },
    async createSpace(name) {
      lab.space = await lab.echo.spaces.create({ name })
      return lab.space.id
    },
    async openSpace(id) {
      lab.space = await lab.echo.spaces.open(id)
    },
    async invite(options = {}) {
      lab.inviting = lab.space.invite()
      lab.inviting.create({ role: 'editor', ...options })
      const waiting = await lab.until(lab.inviting.state, ({ status }) => status === 'waiting')
      return 'url' in waiting ? waiting.url : ''
    },
    async inviteWithCode(options = {}) {
      lab.inviting = lab.space.invite()
      lab.inviting.create({ role: 'editor', kind: 'sent', code: true, ...options })
      const waiting = await lab.until(lab.inviting.state, ({ status }) => status === 'waiting')
      return waiting.status === 'waiting' ? { url: waiting.url, code: waiting.code ?? '' } : { url: '', code: '' }
    },
    beginJoin(link) {
      lab.joining = lab.echo.join(link)
      lab.joining.accept()
    },
    async addDevice() {
      lab.adding = lab.echo.addDevice()
      lab.adding.create()
      const { url, code } = (await lab.until(lab.adding.state, ({ status }) => status === 'waiting', 20_000)) as OpenPairing
      return { url, code: code ?? '' }
    },
    async approveDevice() {
      const state = await lab.until(lab.adding.state, ({ status }) => status === 'approving', 20_000)
      if (state.status === 'approving') lab.adding.approve(state.requests[0]!.guest)
    },
    beginPairing(link) {
      lab.pairing = lab.echo.pair(link, { deviceName: 'Phone' })
      lab.pairing.accept()
    },
    async typeCode(code, flow = lab.joining) {
      const flowState: Readable<JoinState | PairState> = flow.state
      const isAsked = (state: JoinState | PairState): boolean =>
        (state.status === 'verifying' || state.status === 'wrong-code') && !state.isChecking
      await lab.until(flowState, isAsked, 20_000)
      flow.submitCode(code)
      const passing = ['verifying', 'wrong-code', 'syncing', 'connecting']
      const end = await lab.until(flowState, (state) => isAsked(state) || !passing.includes(state.status), 20_000)
      return 'attemptsLeft' in end ? `${end.status} ${end.attemptsLeft}` : end.status
    },
    async join(link) {
      const joining = lab.echo.join(link)
      const startMs = performance.now()
      joining.accept()
      const joined = await lab.until(joining.state, ({ status }) => status === 'success', 20_000)
      const id = joined.status === 'success' ? joined.space : ''
      await lab.openSpace(id)
      return { id, ms: performance.now() - startMs }
    },
    add: (title) => lab.space.create(Task, { title }).id,
    update: (id, patch) => lab.space.update(id, patch),
    tasks: () => lab.space.run(query(Task).orderBy('title')).map(({ id, title, done }) => ({ id, title, done })),
    async diagnosed(codes, linked = false) {
      const diagnosis = lab.echo.diagnose()
      const isSo = ({ status, findings, peers }: Diagnostics): boolean =>
        status !== 'reading' &&
        JSON.stringify(findings.map(({ code }) => code).toSorted()) === JSON.stringify(codes.toSorted()) &&
        (!linked || peers.length > 0)
      try {
        const seen = await lab.until(diagnosis, isSo, 50_000)
        return { ...seen, report: seen.report() }
      } catch (cause) {
        throw new Error(`the last report was\n${diagnosis.get().report()}`, { cause })
      }
    },
    async openNote(id) {
      await lab.until(lab.space.liveItem(Note, id), (item) => item !== undefined)
      lab.text = await lab.space.openText(id)
    },
    write: (at, text) => lab.text.current.get().yText.insert(at, text),
    content: () => lab.text.content.get(),
    links() {
      const network = lab.echo.network.state.get()
      const sync = lab.space.sync.get()
      return { peers: 'peers' in sync ? sync.peers : 0, connections: 'connections' in network ? network.connections : 0 }
    },
    until(readable, pick, timeoutMs = 10_000) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const value = readable.get()
          if (pick(value) === undefined || pick(value) === false) return
          end()
          resolve(value)
        }
        const timer = setTimeout(() => {
          end()
          reject(
            new Error(
              `Waited ${timeoutMs} ms in vain for ${pick}; the last value was ${String(JSON.stringify(readable.get())).slice(0, 500)}`,
            ),
          )
        }, timeoutMs)
        const stop = readable.subscribe(look)
        const end = (): void => {
          clearTimeout(timer)
          stop()
        }
        look()
      })
    },
    async untilTask(id, { title, done }, timeoutMs) {
      const fits = (task: { title: string; done: boolean } | undefined): boolean =>
        task !== undefined && (title === undefined || task.title === title) && (done === undefined || task.done === done)
      await lab.until(lab.space.liveItem(Task, id), fits, timeoutMs)
    },
    async untilText(part, timeoutMs) {
      await lab.until(lab.text.content, (text) => text.includes(part), timeoutMs)
    },
    async untilPeers(count, timeoutMs) {
      await lab.until(lab.space.sync, (sync) => ('peers' in sync ? sync.peers : 0) === count, timeoutMs)
    },
    plain: <T>(value: T) => JSON.parse(JSON.stringify(value)) as T,
    async codeOf(action) {
      try {
        await action()
        return 'no error'
      } catch (error) {
        return error instanceof EchoError ? error.code : String(error)
      }
    },
  }
  return lab
}
