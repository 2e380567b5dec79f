/** The copy of Yjs that the library uses: this folder has one of its own for the contenders, and two in one process do not mix. */
export * from '../../node_modules/yjs/dist/yjs.mjs'
