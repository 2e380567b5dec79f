/** `npm run build`: the library as it is published, in dist/. */
import { buildLibrary } from './lib/buildLibrary.mjs'
import { ensureInstalled } from './lib/install.mjs'

await ensureInstalled()
process.exitCode = await buildLibrary()
