const systems = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'CrOS', 'Linux']
/** Each names the ones behind it, too. */
const browsers = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari']
const browserNames: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' }

/** A name for this device, such as "Firefox, Linux", for the person to know it by; empty where nothing is known. */
export function deviceName(userAgent = globalThis.navigator?.userAgent ?? ''): string {
  const found = (names: readonly string[]): string | undefined => names.find((name) => userAgent.includes(name))
  const browser = found(browsers)
  return [browser && (browserNames[browser] ?? browser), found(systems)].filter((part) => part !== undefined).join(', ')
}
