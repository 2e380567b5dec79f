/** Finds programs of the system, and installs some where that is possible. Used before `npm ci` too: Node built-ins only. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './run.mjs'

export const isRoot = () => process.getuid?.() === 0

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The programs of these names on the PATH, in its order; those of servers stand where only root's PATH leads. */
export function onPath(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin']
  return [...new Set(folders.flatMap((folder) => names.map((name) => join(folder, name))))].filter(isExecutable)
}

export const canUseApt = () => process.platform === 'linux' && isRoot() && onPath(['apt-get']).length > 0

/** @returns the exit code */
export async function installByApt(name) {
  const updated = await runInstaller('apt-get', ['update'])
  return updated === 0 ? runInstaller('apt-get', ['install', '--yes', '--no-install-recommends', name]) : updated
}

/** Says what it runs; the network may be slow, but not forever. @returns the exit code */
export function runInstaller(command, args) {
  console.log(`> ${command} ${args.join(' ')}`)
  return run(command, args, {}, 15 * 60_000)
}
