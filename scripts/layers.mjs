/**
 * The layers of src/, and the lint rules made from them. This file is the single source: `node scripts/layers.mjs` writes
 * them into .oxlintrc.json, and a test fails when the two differ.
 *
 * A folder imports only what stands in an earlier row; folders of one row do not import each other. Oxlint takes the last
 * override that sets a rule for a file, so each override below carries everything that holds for its files.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** From the ground up; `signaling` stands apart. */
export const layerRows = [
  ['shared'],
  ['crypto'],
  ['storage', 'network'],
  ['identity'],
  ['access'],
  ['feed'],
  ['documents'],
  ['database', 'replication'],
  ['client'],
  ['react'],
  ['components'],
  ['editors', 'devtools'],
  ['testing'],
]

const allFolders = [...layerRows.flat(), 'signaling']
const rowOf = (folder) => layerRows.findIndex((row) => row.includes(folder))

/** Edges that the rows would allow and the design does not: the database never speaks to the network itself. */
const extraForbidden = { database: ['network'] }

/** The folders whose files a file of `folder` may import, its own included. */
export function allowedFolders(folder) {
  if (folder === 'signaling') return ['shared', 'signaling']
  const row = rowOf(folder)
  const below = layerRows.slice(0, row).flat()
  return [...below.filter((name) => !extraForbidden[folder]?.includes(name)), folder]
}

const makesDocuments = [
  'src/documents/**',
  'src/storage/applyUpdate.ts',
  'src/storage/indexeddb/followDocument.ts',
  'src/network/webrtc/**',
  'src/editors/**',
  'src/testing/**',
]
const nodeModules =
  'assert|buffer|child_process|crypto|dns|events|fs|http|http2|https|net|os|path|process|stream|tls|url|util|worker_threads|zlib'

/** Relative specifiers that lead into one of `folders`. */
const intoFolders = (folders) => String.raw`^\.\.?/(.+/)?(${folders.join('|')})/`

function forbidFolders(folder) {
  const forbidden = allFolders.filter((name) => !allowedFolders(folder).includes(name))
  if (forbidden.length === 0) return []
  return [
    {
      regex: intoFolders(forbidden),
      message: `src/${folder} stands below these folders or beside them; see the layers in scripts/layers.mjs.`,
    },
  ]
}

const forbidEntries = {
  regex: String.raw`^(\.\.?/(.+/)?(index|core)\.tsx?|echo-react(/.*)?)$`,
  message: 'Inside src import the file that defines a thing, not an entry.',
}
const forbidOutside = {
  regex: String.raw`^\.\.?/(.+/)?(test|stories|example-app|bench|scripts)/`,
  message: 'src is what gets published; it imports nothing outside itself.',
}
const forbidReact = {
  regex: '^(react|react-dom|use-sync-external-store)(/.*)?$',
  message: 'Nothing below src/react imports React.',
}
const forbidReactZustand = {
  regex: '^zustand(/(react|shallow|traditional).*)?$',
  message: 'This entry of zustand imports React; below src/react use zustand/vanilla.',
}
const forbidNode = {
  regex: `^(node:.+|ws|(${nodeModules})(/.*)?)$`,
  message: 'Only src/signaling runs in Node alone.',
}
const forbidYjsValues = {
  regex: '^(yjs|y-indexeddb)(/.*)?$',
  allowTypeImports: true,
  message: 'Only src/documents makes and changes Yjs documents (types are fine): ask it for what you need.',
}

function importRule(patterns) {
  return { 'no-restricted-imports': ['error', { patterns }] }
}

/** Patterns for the files of one folder; `yjs` tells whether they may import Yjs as a value. */
function patternsFor(folder, { yjs = false } = {}) {
  const belowReact = folder === 'signaling' || rowOf(folder) < rowOf('react')
  return [
    ...forbidFolders(folder),
    forbidEntries,
    forbidOutside,
    ...(belowReact ? [forbidReact, forbidReactZustand] : []),
    ...(folder === 'signaling' ? [] : [forbidNode]),
    ...(yjs ? [] : [forbidYjsValues]),
  ]
}

/** The two entries that stand in src itself: they gather what the folders export. */
function entryPatterns(forbidden, react) {
  const folders = { regex: intoFolders(forbidden), message: 'This entry does not carry these folders; they have entries of their own.' }
  return [folders, forbidOutside, ...(react ? [] : [forbidReact, forbidReactZustand]), forbidNode, forbidYjsValues]
}

/** The `overrides` of .oxlintrc.json. */
export function layerOverrides() {
  return [
    { files: ['src/**'], rules: { 'no-console': 'error', 'import/no-cycle': ['error', { ignoreTypes: false }] } },
    { files: ['src/signaling/cli.ts'], rules: { 'no-console': 'off' } },
    { files: ['src/*.ts', 'src/*.tsx'], rules: importRule(entryPatterns(['devtools', 'testing', 'signaling'], true)) },
    {
      files: ['src/core.ts'],
      rules: importRule(entryPatterns(['react', 'components', 'editors', 'devtools', 'testing', 'signaling'], false)),
    },
    ...allFolders.map((folder) => ({ files: [`src/${folder}/**`], rules: importRule(patternsFor(folder)) })),
    // Unit tests run in Chromium too, but for those whose name says otherwise.
    { files: ['test/unit/**'], rules: importRule([forbidNode]) },
    { files: ['test/unit/**/*.node.*'], rules: { 'no-restricted-imports': 'off' } },
    ...makesDocuments.map((files) => ({ files: [files], rules: importRule(patternsFor(files.split('/')[1], { yjs: true })) })),
  ]
}

const configPath = fileURLToPath(new URL('../.oxlintrc.json', import.meta.url))
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const config = JSON.parse(readFileSync(configPath, 'utf8'))
  writeFileSync(configPath, `${JSON.stringify({ ...config, overrides: layerOverrides() }, null, 2)}\n`)
}
