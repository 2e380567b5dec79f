import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowedFolders, layerOverrides, layerRows } from '../../../scripts/layers.mjs'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folders = [...layerRows.flat(), 'signaling']

/** What one file says, and whether the lint must let it pass. */
interface Probe {
  path: string
  code: string
  allowed: boolean
}

const probes: Probe[] = []
function probe(path: string, code: string, allowed: boolean): Probe {
  const made = { path, code, allowed }
  probes.push(made)
  return made
}

/** Every ordered pair of folders, imported from a file and from a file in a subfolder. */
const edges = folders.flatMap((from) =>
  folders
    .filter((to) => to !== from)
    .flatMap((to) => {
      const allowed = allowedFolders(from).includes(to)
      return [
        probe(`src/${from}/into-${to}.ts`, `import { x } from '../${to}/x.ts'\nexport const y = x\n`, allowed),
        probe(`src/${from}/deep/into-${to}.ts`, `import { x } from '../../${to}/deep/x.ts'\nexport const y = x\n`, allowed),
      ]
    }),
)

const forms = [
  probe('src/feed/typeImport.ts', `import type { X } from '../client/x.ts'\nexport type Y = X\n`, false),
  probe('src/feed/dynamicImport.ts', `export const load = () => import('../client/x.ts')\n`, false),
  probe('src/feed/reExport.ts', `export { x } from '../client/x.ts'\n`, false),
  probe('src/feed/reExportAll.ts', `export * from '../client/x.ts'\n`, false),
  probe('src/feed/sideEffect.ts', `import '../client/x.ts'\n`, false),
]

const yjs = [
  ...folders.map((folder) =>
    probe(
      `src/${folder}/yjsValue.ts`,
      `import * as Y from 'yjs'\nexport const doc = new Y.Doc()\n`,
      ['documents', 'editors', 'testing'].includes(folder),
    ),
  ),
  ...folders.map((folder) => probe(`src/${folder}/yjsType.ts`, `import type * as Y from 'yjs'\nexport type D = Y.Doc\n`, true)),
  probe('src/network/webrtc/room.ts', `import { Doc } from 'yjs'\nexport const doc = new Doc()\n`, true),
  probe('src/network/webrtc/upwards.ts', `import { x } from '../../client/x.ts'\nexport const y = x\n`, false),
  probe('src/database/yjsDynamic.ts', `export const load = () => import('yjs')\n`, false),
  probe('src/client/yIndexeddb.ts', `import { IndexeddbPersistence } from 'y-indexeddb'\nexport const P = IndexeddbPersistence\n`, false),
  probe('src/index.ts', `import { Doc } from 'yjs'\nexport const doc = new Doc()\n`, false),
]

const mayUseReact = ['react', 'components', 'editors', 'devtools', 'testing']
const react = folders.flatMap((folder) => [
  probe(`src/${folder}/usesReact.ts`, `import { useState } from 'react'\nexport const u = useState\n`, mayUseReact.includes(folder)),
  probe(`src/${folder}/usesJsx.ts`, `import { jsx } from 'react/jsx-runtime'\nexport const u = jsx\n`, mayUseReact.includes(folder)),
  probe(`src/${folder}/reactType.ts`, `import type { ReactNode } from 'react'\nexport type N = ReactNode\n`, mayUseReact.includes(folder)),
  probe(`src/${folder}/reactZustand.ts`, `import { create } from 'zustand'\nexport const c = create\n`, mayUseReact.includes(folder)),
  probe(`src/${folder}/vanillaZustand.ts`, `import { createStore } from 'zustand/vanilla'\nexport const c = createStore\n`, true),
])

const entries = [
  probe('src/core.ts', `import { useState } from 'react'\nexport const u = useState\n`, false),
  probe('src/index.tsx', `export { useX } from './react/useX.ts'\nexport { x } from './client/x.ts'\n`, true),
  probe('src/more.ts', `export { setup } from './testing/setup.ts'\n`, false),
  probe('src/feed/entry.ts', `import { x } from '../core.ts'\nexport const y = x\n`, false),
  probe('src/components/ownPackage.ts', `import { x } from 'echo-react'\nexport const y = x\n`, false),
  probe('src/feed/fromTests.ts', `import { x } from '../../test/setup/x.ts'\nexport const y = x\n`, false),
]

const node = [
  ...folders.map((folder) =>
    probe(`src/${folder}/usesNode.ts`, `import { readFileSync } from 'node:fs'\nexport const r = readFileSync\n`, folder === 'signaling'),
  ),
  probe('src/storage/bareNode.ts', `import { readFileSync } from 'fs'\nexport const r = readFileSync\n`, false),
  probe('src/network/ws.ts', `import { WebSocket } from 'ws'\nexport const w = WebSocket\n`, false),
  probe('test/unit/feed/x.test.ts', `import { readFileSync } from 'node:fs'\nexport const r = readFileSync\n`, false),
  probe('test/unit/feed/x.node.test.ts', `import { readFileSync } from 'node:fs'\nexport const r = readFileSync\n`, true),
]

const consoles = [
  probe('src/client/talks.ts', `console.log('x')\n`, false),
  probe('src/signaling/talks.ts', `console.log('x')\n`, false),
  probe('src/signaling/cli.ts', `console.log('x')\n`, true),
]

let directory = ''
const refused = new Set<string>()

/** Lints all probes in one run, in a folder that has our configuration and nothing else of ours. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'echo-layers-'))
  cpSync(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'))
  for (const { path, code } of probes) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), code)
  }
  const output = await new Promise<string>((resolve) => {
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
    execFile(process.execPath, [oxlint, '--format=json'], { cwd: directory, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    )
  })
  const report = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] }
  for (const { code, filename } of report.diagnostics) {
    if (/no-restricted-imports|no-console/.test(code)) refused.add(filename.replaceAll('\\', '/'))
  }
}, 60_000)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

function expectVerdicts(some: Probe[]): void {
  const wrong = some.filter(({ path, allowed }) => refused.has(path) === allowed)
  expect(wrong.map(({ path, allowed }) => `${path} should ${allowed ? 'pass' : 'be refused'}`)).toEqual([])
}

describe('the layers of src', () => {
  it('are the ones that the lint configuration carries (else run node scripts/layers.mjs)', () => {
    const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as { overrides: unknown }
    expect(config.overrides).toEqual(layerOverrides())
  })

  it('name every folder of src', () => {
    const found = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(found.map(({ name }) => name).filter((name) => !folders.includes(name))).toEqual([])
    expect(existsSync(join(root, 'src/shared'))).toBe(true)
  })

  it('refuse every import that leads upwards or sideways, and let the others pass', () => {
    expect(edges.filter(({ allowed }) => !allowed).length).toBeGreaterThan(100)
    expect(edges.filter(({ allowed }) => allowed).length).toBeGreaterThan(100)
    expectVerdicts(edges)
  })

  it('keep the database away from the network', () => {
    expect(allowedFolders('database')).not.toContain('network')
    expect(refused.has('src/database/into-network.ts')).toBe(true)
  })

  it('let the signaling server import shared only', () => {
    expect(folders.filter((to) => to !== 'signaling' && !refused.has(`src/signaling/into-${to}.ts`))).toEqual(['shared'])
  })

  it('never let src import testing', () => {
    expect(folders.filter((from) => from !== 'testing' && !refused.has(`src/${from}/into-testing.ts`))).toEqual([])
    expect(refused.has('src/more.ts')).toBe(true)
  })

  it('hold for types, dynamic imports and re-exports too', () => expectVerdicts(forms))
  it('leave values of Yjs to documents, editors, the WebRTC room and testing', () => expectVerdicts(yjs))
  it('keep React and what imports it out of everything below react', () => expectVerdicts(react))
  it('keep entries, own package and tests out of the folders', () => expectVerdicts(entries))
  it('leave the modules of Node to signaling and to tests that run in Node alone', () => expectVerdicts(node))
  it('keep src silent but for the command line of the signaling server', () => expectVerdicts(consoles))
})
