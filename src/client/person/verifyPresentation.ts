import { systemClock } from '../../shared/ports.ts'
import type { Result } from '../../shared/result.ts'
import { createWebCrypto } from '../../crypto/webCrypto.ts'
import {
  verifyPresentation as verify,
  type ExpectedPresentation,
  type Presentation,
  type PresentationFault,
} from '../../access/presentation.ts'

/**
 * What a presentation shows, for a program without an Echo, such as a server that lets members of a space in. Ask with a fresh random nonce, and take the
 * answer to each once. Whether somebody is a member still, only members know: `echo.credentials.verify` says it. Never rejects.
 * @example
 * const shown = await verifyPresentation(bytes, { nonce, audience: 'https://club.example' })
 * if (shown.ok) shown.value.memberships.some(({ space, role }) => space === clubId && role !== 'reader')
 */
export async function verifyPresentation(
  presentation: Uint8Array,
  expected: Omit<ExpectedPresentation, 'now'> & { readonly now?: number },
): Promise<Result<Presentation, PresentationFault>> {
  return verify(await createWebCrypto(), presentation, { now: systemClock.now(), ...expected })
}
