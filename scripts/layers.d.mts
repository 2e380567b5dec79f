/** Types of layers.mjs for the tests. */
export const layerRows: string[][]
export function allowedFolders(folder: string): string[]
export function layerOverrides(): { files: string[]; rules: Record<string, unknown> }[]
