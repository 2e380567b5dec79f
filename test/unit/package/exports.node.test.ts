import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>
  exports: Record<string, string | { types: string; default: string }>
}

/** Entries that hold code: `.`, `./core`, …, each with its source in src and its place in the build. */
const entries = Object.entries(manifest.exports).flatMap(([name, target]) => {
  if (typeof target === 'string') return []
  const inBuild = target.default.replace('./dist/', '')
  const source = [inBuild.replace(/\.js$/, '.ts'), inBuild.replace(/\.js$/, '.tsx')].find((path) => existsSync(join(root, 'src', path)))
  return [{ name, target, inBuild, source }]
})

/** Everything an entry exports as a value, so that a name is public only on purpose. */
const promised: Record<string, readonly string[]> = {
  '.': [
    'EchoError',
    'EchoProvider',
    'createEcho',
    'defineChannel',
    'definePresence',
    'defineLink',
    'defineModel',
    'defineType',
    'not',
    'or',
    'parseQuery',
    'query',
    'takeInvitationFromLocation',
    'useAddDevice',
    'useChannel',
    'useAncestors',
    'useChildren',
    'useConflicts',
    'useCount',
    'useDiagnostics',
    'useEcho',
    'useExport',
    'useField',
    'useFirst',
    'useIdentity',
    'useImport',
    'useInvitationLink',
    'useInvitations',
    'useInvite',
    'useItem',
    'useJoin',
    'useLinks',
    'useLocalState',
    'useModel',
    'useNetworkStatus',
    'usePairDevice',
    'useCursors',
    'usePresence',
    'useTyping',
    'useQuery',
    'useRefs',
    'useSpace',
    'useSpaceDetails',
    'useSpaceState',
    'useContacts',
    'useDeviceCommands',
    'useCredentials',
    'useDeleteSpace',
    'useDevices',
    'useMemberCommands',
    'useMembers',
    'usePassphrase',
    'usePermissions',
    'useProfile',
    'useSpaces',
    'useStorageStatus',
    'useSyncStatus',
    'useText',
    'useTextContent',
    'useTrash',
    'useUndo',
    'useUnsearchedTexts',
    'useWithdrawn',
  ],
  './core': [
    'EchoError',
    'createEcho',
    'defineChannel',
    'defineLink',
    'defineModel',
    'definePresence',
    'defineType',
    'not',
    'or',
    'parseQuery',
    'query',
    'takeInvitationFromLocation',
    'verifyPresentation',
  ],
  './components': [
    'ItemGraph',
    'ItemGraphView',
    'AddDeviceButton',
    'AddDeviceDialogView',
    'DeleteSpaceDialog',
    'DeleteSpaceDialogView',
    'DeviceList',
    'DeviceListView',
    'LeaveSpaceDialog',
    'LeaveSpaceDialogView',
    'MemberList',
    'MemberListView',
    'PairDeviceDialog',
    'PairDeviceDialogView',
    'PassphraseButton',
    'PassphraseDialog',
    'PassphraseDialogView',
    'PersistenceNotice',
    'PersistenceNoticeView',
    'PresenceCursors',
    'PresenceCursorsView',
    'PresenceDot',
    'ProfileForm',
    'RemoveMemberDialog',
    'RemoveMemberDialogView',
    'QrCode',
    'QrScanner',
    'QrScannerView',
    'ProfileFormView',
    'SignOutDialog',
    'SignOutDialogView',
    'Announcer',
    'AuthCodeDisplay',
    'AuthCodeInput',
    'Avatar',
    'AvatarStack',
    'AvatarStackView',
    'Button',
    'ConfirmDialog',
    'ConflictBadge',
    'ConnectionDoctor',
    'ConnectionDoctorView',
    'ConflictBadgeView',
    'Countdown',
    'Dialog',
    'EchoErrorBoundary',
    'EchoUiConfig',
    'ErrorPanel',
    'JsonView',
    'SpaceForm',
    'SpaceFormView',
    'SpaceList',
    'SpaceListView',
    'SpaceSwitcher',
    'SpaceSwitcherView',
    'ErrorNote',
    'IdentityForm',
    'IdentityGate',
    'IdentityGateView',
    'InvalidRows',
    'InvalidRowsView',
    'InvitationList',
    'InvitationListView',
    'InviteButton',
    'InviteDialogView',
    'InviteLink',
    'InviteOptions',
    'defaultInviteChoices',
    'toInvitationOptions',
    'JoinRequests',
    'JoinDialog',
    'JoinDialogView',
    'RecoveryPhraseButton',
    'RecoveryPhraseDialog',
    'RecoveryPhraseNotice',
    'RecoveryPhraseNoticeView',
    'RoleSelect',
    'SpaceNotice',
    'SpaceNoticeView',
    'SyncStatus',
    'SyncStatusView',
    'TextField',
    'Trash',
    'TrashView',
    'Unlock',
    'UnlockView',
    'englishMessages',
    'errorText',
    'mergeMessages',
    'plainName',
    'useAnnounce',
    'useMessages',
  ],
  './markdown': ['MarkdownEditor', 'MarkdownEditorView'],
  './list': ['InfiniteList', 'InfiniteListView'],
  './messages/de': ['germanMessages'],
  './rich-text': ['RichTextEditor', 'maxImageLength', 'maxImagesLength'],
  './testing': [
    'createMemoryDisk',
    'createMemoryStorage',
    'createMemorySwarm',
    'createSeededRandom',
    'createSimulatedClock',
    'createSimulatedCrypto',
    'setup',
    'until',
  ],
  './testing/react': ['renderWithEcho'],
  './devtools': ['EchoDevtools'],
  './signaling': ['createLocalBroker', 'createNatsBroker', 'createSignalingServer', 'defaultLimits'],
}

/** What an import leaves behind, told by a process that did nothing else. */
interface Observed {
  names: string[]
  started: string[]
  globals: string[]
  resources: string[]
}

/** Runs in plain Node: imports the entry and tells what that did. Yjs marks its realm to warn of a second copy. */
const observe = `
const started = []
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch']) {
  const real = globalThis[name]
  globalThis[name] = (...args) => { started.push(name); return real(...args) }
}
const before = new Set(Object.getOwnPropertyNames(globalThis))
const entry = await import(process.argv[1])
const globals = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name) && name !== '__ $YJS$ __')
const resources = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|Server|Socket|Port|Worker/.test(name))
process.stdout.write(JSON.stringify({ names: Object.keys(entry), started, globals, resources }))
`

function node(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  // Node prints a warning when it is told both; the output must hold nothing but what the import prints.
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, env, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, stdout, stderr }),
    )
  })
}

// Inside the repository, so that the built files find their dependencies; not dist, which others may be reading.
const cache = join(root, 'node_modules/.cache')
let build = ''

beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  build = mkdtempSync(join(cache, 'echo-exports-'))
  await node([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', build])
})

afterAll(() => rmSync(build, { recursive: true, force: true }))

describe('the entries of package.json', () => {
  it('are the ones that the documentation names', () => {
    expect(entries.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        '.',
        './core',
        './components',
        './list',
        './markdown',
        './messages/de',
        './rich-text',
        './testing',
        './testing/react',
        './devtools',
        './signaling',
      ]),
    )
  })

  it('have their command lines in the build', () => {
    for (const target of Object.values(manifest.bin)) {
      const path = join(build, target.replace('./dist/', ''))
      expect(existsSync(path) ? 'there' : 'missing', target).toBe('there')
      expect(readFileSync(path, 'utf8').startsWith('#!/usr/bin/env node'), `${target} starts with #!`).toBe(true)
    }
  })

  it('have their style sheet in src, from where the build copies it', () => {
    const target = manifest.exports['./styles.css'] as string
    expect(existsSync(join(root, target.replace('./dist/', 'src/')))).toBe(true)
  })
})

/** Everything that a built file imports, at once or on demand, and what that imports. */
function reachedFrom(inBuild: string): ReadonlySet<string> {
  const reached = new Set([inBuild])
  for (const file of reached) {
    const text = readFileSync(join(build, file), 'utf8')
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+\.js)['"]/g))
      reached.add(join(dirname(file), specifier!))
  }
  return reached
}

it.each(entries.filter(({ name }) => name !== './devtools'))('$name carries nothing of the devtools', ({ inBuild }) => {
  const isOfDevtools = (file: string): boolean => /^devtools\/|^client\/inspection\/inspect(?!able\.)/.test(file)
  expect([...reachedFrom(inBuild)].filter(isOfDevtools)).toEqual([])
  expect([...reachedFrom('devtools/index.js')].filter(isOfDevtools)).toContain('client/inspection/inspectBlocks.js')
})

describe.each(entries)('the entry $name', ({ name, target, inBuild, source }) => {
  it('has a source, a built file and types', () => {
    expect(source, `a source for ${target.default} in src`).toBeDefined()
    expect(existsSync(join(build, inBuild)), target.default).toBe(true)
    expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'))
    expect(existsSync(join(build, target.types.replace('./dist/', ''))), target.types).toBe(true)
  })

  it('names each export itself, so that nothing becomes public by accident', () => {
    const text = readFileSync(join(root, 'src', source ?? 'missing'), 'utf8')
    expect(text).not.toMatch(/^export \*(?! as )/m)
  })

  it('loads in plain Node without timers, globals, output or anything left open, and exports just what is promised', async () => {
    const { code, stdout, stderr } = await node(['--input-type=module', '--eval', observe, pathToFileURL(join(build, inBuild)).href])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const observed = JSON.parse(stdout) as Observed
    expect({ started: observed.started, globals: observed.globals, resources: observed.resources }).toEqual({
      started: [],
      globals: [],
      resources: [],
    })
    expect(observed.names.toSorted()).toEqual(promised[name]?.toSorted())
  })
})
