/// <reference types="vite/client" />

/** Whether the long variants run (`npm run test:soak`): more seeds, longer histories. The same in Node and in Chromium. */
export const soak = Boolean(import.meta.env['ECHO_SOAK'])
