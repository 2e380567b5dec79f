/** Finds a Chromium to test with and, when asked, installs one. Used before `npm ci` too: Node built-ins only. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { canUseApt, installByApt, isExecutable, isRoot, onPath, runInstaller } from './programs.mjs'
import { root } from './run.mjs'

/** The build that Playwright downloads; undefined while Playwright or that build is not installed. */
async function playwrightsOwn() {
  try {
    const { chromium } = await import('playwright')
    const path = chromium.executablePath()
    return isExecutable(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** Programs to try, the best first. CHROMIUM_PATH leaves no choice; the PATH comes before Playwright's own. */
async function candidates() {
  const asked = process.env.CHROMIUM_PATH
  if (asked) {
    if (isExecutable(asked)) return [asked]
    throw new Error(
      `CHROMIUM_PATH is ${asked}, and no program is there. Correct it, or unset it to let the tests look for Chromium themselves.`,
    )
  }
  const found = onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])
  const own = await playwrightsOwn()
  return own ? [...found, own] : found
}

/**
 * The path of a Chromium, without installing or starting anything.
 * @returns undefined when there is none.
 * @throws Error when CHROMIUM_PATH is set and leads to nothing.
 */
export async function findChromium() {
  const [first] = await candidates()
  return first
}

/** Arguments for a quiet Chromium: nothing in the background asks for updates, and root needs no sandbox. */
export function chromiumArgs() {
  return [
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-default-apps',
    '--no-first-run',
    ...(isRoot() ? ['--no-sandbox'] : []),
  ]
}

/** Options for Playwright's `chromium.launch`; without a Chromium its own message tells what is missing. */
export async function chromiumLaunchOptions() {
  const executablePath = await findChromium()
  return { ...(executablePath ? { executablePath } : {}), args: chromiumArgs() }
}

/** A downloaded build may be there and still lack the system's libraries. */
const starts = (path) => spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 60_000 }).status === 0

const ways = [
  {
    name: 'npx playwright install chromium',
    possible: () => true,
    install: () => runInstaller(process.execPath, [join(root, 'node_modules/playwright/cli.js'), 'install', 'chromium']),
  },
  {
    name: 'apt-get install chromium',
    possible: canUseApt,
    install: () => installByApt('chromium'),
  },
]

/**
 * The path of a Chromium that starts, installed if there is none.
 * @throws Error that says what was tried and how to help.
 */
export async function ensureChromium() {
  const tried = (await candidates()).map((path) => `${path} does not start`)
  const startsNow = async () => (await candidates()).find(starts)
  const found = await startsNow()
  if (found) return found
  for (const { name, possible, install } of process.env.CHROMIUM_PATH ? [] : ways) {
    if (!possible()) continue
    console.log(`No usable Chromium yet; trying: ${name}`)
    const installed = (await install()) === 0
    const path = installed ? await startsNow() : undefined
    if (path) return path
    tried.push(`"${name}" ${installed ? 'brought none that starts' : 'failed'}`)
  }
  throw new Error(
    `The browser tests need Chromium, and none works here (${tried.join('; ')}).\n` +
      "Install Chromium or Chrome with your system's packages (Debian: apt-get install chromium), or set CHROMIUM_PATH to the program, and run this again.\n" +
      'Tests in Node alone: npx vitest run --project unit',
  )
}
