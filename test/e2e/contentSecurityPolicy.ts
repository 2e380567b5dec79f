import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const nonceOfThePage = 'of-the-page'

/** What `docs/DEPLOYMENT.md` tells apps to send, with the signaling servers of tests, and the nonce that the pages give the Markdown editor. */
export function contentSecurityPolicy(): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/DEPLOYMENT.md'), 'utf8')
  const policy = /^Content-Security-Policy: (.+)$/m.exec(page)?.[1]
  if (policy === undefined) throw new Error('docs/DEPLOYMENT.md has no Content-Security-Policy any more')
  return policy
    .replace('wss://signal.example https://signal.example', 'ws: http:')
    .replace("style-src 'self'", `style-src 'self' 'nonce-${nonceOfThePage}'`)
}

/** Runs in a page: Chromium's console leaves out what was caught, such as a refused `new Function`. */
export function logViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
    console.error(`Content Security Policy: ${effectiveDirective} refused ${blockedURI} in ${sourceFile}:${lineNumber}`)
  })
}

/** Whether a line in Chromium's console is about one. */
export const isViolation = (text: string): boolean => text.includes('Content Security Policy')
