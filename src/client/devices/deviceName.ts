const maxNameBytes = 160

/** Browser and system in a few words, as `Firefox · Linux`; empty where nothing is known of them. What a browser says of itself is a hint for a name, no more. */
export function defaultDeviceName(): string {
  const agent = typeof navigator === 'undefined' ? '' : (navigator.userAgent ?? '')
  const find = (names: readonly (readonly [pattern: RegExp, name: string])[]): string =>
    names.find(([pattern]) => pattern.test(agent))?.[1] ?? ''
  return [find(browsers), find(systems)].filter((part) => part !== '').join(' · ')
}

/** A name that none of the person's other devices has: the same, or else with the first number from 2 that is free, as `Firefox · Linux 2`. */
export function unusedDeviceName(name: string, taken: readonly string[]): string {
  if (name === '' || !taken.includes(name)) return name
  let number = 2
  while (taken.includes(`${name} ${number}`)) number++
  return `${name} ${number}`
}

/** Whether a name can be given to a device: 1 to 160 bytes, not of spaces alone. */
export function isDeviceName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && new TextEncoder().encode(name).length <= maxNameBytes
}

// In this order: each names those behind it, too.
const browsers = [
  [/Edg[A-Z]*\//i, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const
const systems = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Macintosh|Mac OS X/, 'Mac'],
  [/Linux/, 'Linux'],
] as const
