/** React Testing Library unmounts what a test rendered if it finds a global `afterEach` when it loads; nothing else needs globals. */
import { afterEach } from 'vitest'

Object.assign(globalThis, { afterEach })
