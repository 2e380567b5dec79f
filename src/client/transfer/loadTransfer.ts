import { loadPart } from './loadPart.ts'
import type { DeriveKey } from './sealedFile.ts'
import type { LoadLocking } from '../../storage/passphrase/loadLocking.ts'

/**
 * What exports or imports spaces, fetched when it is asked for, with what makes keys of passphrases.
 * @throws (rejects) EchoError load-failed, after which it may be called again
 */
export async function loadTransfer<Module>(
  fetchModule: () => Promise<Module>,
  loadLocking: LoadLocking,
): Promise<Module & { readonly deriveKey: DeriveKey }> {
  const [module, locking] = await Promise.all([loadPart('exports and imports', fetchModule), loadLocking()])
  if (!locking.ok) throw locking.error
  return { ...module, deriveKey: locking.value.deriveKey }
}
