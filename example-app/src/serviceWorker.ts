/// <reference lib="webworker" />
import { NavigationRoute, Serwist, type PrecacheEntry } from 'serwist'

declare const self: ServiceWorkerGlobalScope & {
  /** Every file of the app with its hash, put in by the build. */
  readonly __SW_MANIFEST: PrecacheEntry[]
}

// Everything of the app is kept when it is first opened, and taken from there. Data never passes here: it lies in the browser's database.
const worker = new Serwist({ precacheEntries: self.__SW_MANIFEST, precacheOptions: { cleanupOutdatedCaches: true }, clientsClaim: true })
// Whatever the query says, it is the one page.
worker.registerRoute(new NavigationRoute(worker.createHandlerBoundToUrl('index.html')))
worker.addEventListeners()
