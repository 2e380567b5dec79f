/** Types of bareImports.mjs for the vitest configuration. */
export function bareImports(folders: string[], skip?: (path: string) => boolean): string[]
