import type { Plugin } from 'vite'

export function reactCompiler(include: RegExp): Plugin
