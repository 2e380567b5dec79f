/** Starts programs from the root of the repository with their output on ours. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, without a slash at the end. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Runs a program to its end, or for at most `timeoutMs`. @returns its exit code; 1 when a signal ended it or it could not start. */
export function run(command, args, env = {}, timeoutMs = undefined) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      timeout: timeoutMs,
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
    })
    child.on('error', (error) => {
      console.error(`${command} could not start: ${error.message}`)
      resolve(1)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Programs of our dependencies, by the file that Node runs (a shell would stand between us and its signals). */
export const programs = {
  tsc: 'node_modules/typescript/bin/tsc',
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  oxfmt: 'node_modules/oxfmt/bin/oxfmt',
  knip: 'node_modules/knip/bin/knip.js',
  publint: 'node_modules/publint/src/cli.js',
  storybook: 'node_modules/storybook/dist/bin/dispatcher.js',
  attw: 'node_modules/@arethetypeswrong/cli/dist/index.js',
}

/** Runs a program of {@link programs}. @returns its exit code. */
export const runProgram = (name, args, env) => run(process.execPath, [join(root, programs[name]), ...args], env)
