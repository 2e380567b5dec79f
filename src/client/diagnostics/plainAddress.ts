/**
 * A server's address without what may be secret in it: scheme, host and port stay; user, path and query do not, for apps put keys into each of them.
 * Never throws.
 */
export function plainAddress(url: string): string {
  const [, scheme = '', host = ''] = /^([a-z]{2,6}:(?:\/\/)?)(?:[^/?#]*@)?([a-z0-9.:[\]-]{1,255})(?=[/?#]|$)/i.exec(url) ?? []
  if (host === '') return '?'
  const rest = url.slice(url.indexOf(host) + host.length)
  return `${scheme}${host}${/^\/?$/.test(rest) ? '' : rest.startsWith('?transport=tcp') ? '?transport=tcp' : '/…'}`
}
