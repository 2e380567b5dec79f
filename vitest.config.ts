import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { bareImports } from './scripts/lib/bareImports.mjs'
import { chromiumArgs, findChromium } from './scripts/lib/chromium.mjs'
import { reactCompiler } from './scripts/lib/reactCompiler.mjs'
import { kitHtml } from './test/browser/components/kitHtml.ts'

const soak = Boolean(process.env['ECHO_SOAK'])
/** Tests read it through test/setup/soak.ts. */
const env = { ECHO_SOAK: soak ? '1' : '' }
const seconds = (count: number) => (soak ? 30 * 60_000 : count * 1_000)

const executablePath = await findChromium()

// Vitest leaves a core free, which of two is half.
const maxWorkers = 2

const setupFiles = ['test/setup/consoleErrors.ts', 'test/setup/autoCleanup.ts']
const nodeOnly = '**/*.node.test.{ts,tsx}'

// A dependency that Vite meets in the middle of a run is optimized again, and then tests hold two copies of React or Yjs.
const optimizeDeps = {
  include: [
    ...bareImports(['src', 'test', 'stories', '.storybook'], (path) =>
      /^src\/signaling|^test\/(e2e|integration)|\.node\.test\./.test(path),
    ),
    'react/jsx-runtime',
    'react/jsx-dev-runtime',
  ],
}
// A cache for each list: two runs at once with different lists would take each other's files away.
const cacheDir = `node_modules/.vite/${createHash('sha256').update(optimizeDeps.include.join()).digest('hex').slice(0, 12)}`
const dedupe = ['react', 'react-dom', 'yjs', 'y-protocols', 'lib0']

type ScreenshotPath = Readonly<Record<'root' | 'testFileDirectory' | 'testFileName' | 'arg' | 'ext', string>>

/** A new object each time: Vitest refuses two projects that share one. */
function browser() {
  return {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    provider: playwright({ launchOptions: { ...(executablePath ? { executablePath } : {}), args: chromiumArgs() } }),
    instances: [{ browser: 'chromium' as const }],
    expect: {
      toMatchScreenshot: {
        // Beside its test, in a folder of the test's name.
        resolveScreenshotPath: ({ root, testFileDirectory, testFileName, arg, ext }: ScreenshotPath) =>
          join(root, testFileDirectory, testFileName.replace(/\.test\.tsx$/, ''), `${arg}${ext}`),
      },
    },
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/unit/**/*.test.{ts,tsx}', 'test/integration/**/*.test.{ts,tsx}'],
          setupFiles,
          env,
          maxWorkers,
          testTimeout: seconds(20),
          hookTimeout: seconds(60),
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [reactCompiler(/\/src\/(react|components|editors)\/|\/test\//)],
        test: {
          name: 'compiled',
          environment: 'node',
          include: ['test/compiled/**/*.test.tsx', 'test/unit/{react,components}/**/*.test.tsx'],
          exclude: [nodeOnly],
          setupFiles,
          env,
          maxWorkers,
          testTimeout: seconds(20),
          hookTimeout: seconds(60),
          sequence: { groupOrder: 0 },
        },
      },
      {
        cacheDir,
        optimizeDeps,
        resolve: { dedupe },
        test: {
          name: 'browser',
          include: ['test/unit/**/*.test.{ts,tsx}', 'test/browser/**/*.test.{ts,tsx}'],
          exclude: [nodeOnly],
          setupFiles,
          env,
          browser: { ...browser(), commands: { kitHtml } },
          testTimeout: seconds(30),
          hookTimeout: seconds(60),
          sequence: { groupOrder: 1 },
        },
      },
      {
        cacheDir,
        optimizeDeps,
        resolve: { dedupe },
        plugins: [react(), storybookTest({ configDir: '.storybook' })],
        test: {
          name: 'stories',
          env,
          browser: browser(),
          maxWorkers,
          testTimeout: seconds(30),
          hookTimeout: seconds(60),
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/buildPage.ts'],
          env: { ...env, ...(executablePath ? { CHROMIUM_PATH: executablePath } : {}) },
          fileParallelism: false,
          testTimeout: seconds(120),
          hookTimeout: seconds(120),
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
