import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const nonceOfThePage = 'of-the-page'

function readGuide(pattern: RegExp): string {
  const found = pattern.exec(readFileSync(join(import.meta.dirname, '../../docs/DEPLOYMENT.md'), 'utf8'))?.[1]
  if (found === undefined) throw new Error(`docs/DEPLOYMENT.md has no ${pattern.source} any more`)
  return found
}

/** What `docs/DEPLOYMENT.md` tells apps to send, with the signaling servers of tests, and the nonce that the pages give the Markdown editor. */
export function contentSecurityPolicy(): string {
  return readGuide(/^Content-Security-Policy: (.+)$/m)
    .replace('wss://signal.example https://signal.example', 'ws: http:')
    .replace("style-src 'self'", `style-src 'self' 'nonce-${nonceOfThePage}'`)
}

/** Puts the nonce into a page as `docs/DEPLOYMENT.md` tells nginx to, which looks for the placeholder without regard to capitals. */
export function withNonce(html: string): string {
  const page = html.replaceAll(new RegExp(readGuide(/^\s*sub_filter (\w+) \$request_id;$/m), 'gi'), nonceOfThePage)
  if (!page.includes(`property="csp-nonce" nonce="${nonceOfThePage}"`)) throw new Error(`The page tells its scripts no nonce:\n${page}`)
  return page
}

/** Runs in a page: Chromium's console leaves out what was caught, such as a refused `new Function`. */
export function logViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
    console.error(`Content Security Policy: ${effectiveDirective} refused ${blockedURI} in ${sourceFile}:${lineNumber}`)
  })
}

/** Whether a line in Chromium's console is about one. */
export const isViolation = (text: string): boolean => text.includes('Content Security Policy')
