import { Annotation } from '@codemirror/state'

/** Marks what came from the shared text: it is neither written back nor held to what a user may type. */
export const fromText = Annotation.define<true>()
