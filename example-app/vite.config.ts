import { fileURLToPath } from 'node:url'
import { serwist } from '@serwist/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const repository = fileURLToPath(new URL('..', import.meta.url))

/** Makes the service worker of what was built, wherever that lies. */
function serviceWorker(outDir: string): Plugin[] {
  return serwist({
    swSrc: `${here}src/serviceWorker.ts`,
    swDest: `${outDir}/serviceWorker.js`,
    swUrl: '/serviceWorker.js',
    globDirectory: outDir,
    globPatterns: ['**/*.{html,js,css,svg,webmanifest}'],
    maximumFileSizeToCacheInBytes: 5_000_000,
    injectionPoint: 'self.__SW_MANIFEST',
    rollupFormat: 'iife',
  })
}

/** The app imports `echo-react` by name, as any app does, and so gets the built package in ../dist. */
export default defineConfig(({ command }) => {
  const outDir = process.env['OUT_DIR'] ?? `${here}dist`
  return {
    root: here,
    plugins: [react(), ...(command === 'build' ? serviceWorker(outDir) : [])],
    // A second copy of one of these would break documents or hooks without a word.
    resolve: { dedupe: ['react', 'react-dom', 'yjs', 'y-protocols'] },
    // The host puts another one into each response (docs/DEPLOYMENT.md): for the styles of the Markdown editor.
    html: { cspNonce: 'REQUEST_ID' },
    server: { fs: { allow: [repository] } },
    build: { outDir, emptyOutDir: true },
  }
})
