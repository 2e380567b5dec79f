import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const repository = fileURLToPath(new URL('..', import.meta.url))

/** The app imports `echo-react` by name, as any app does, and so gets the built package in ../dist. */
export default defineConfig({
  root: here,
  plugins: [react()],
  // A second copy of one of these would break documents or hooks without a word.
  resolve: { dedupe: ['react', 'react-dom', 'yjs', 'y-protocols'] },
  server: { fs: { allow: [repository] } },
  build: { outDir: 'dist', emptyOutDir: true },
})
