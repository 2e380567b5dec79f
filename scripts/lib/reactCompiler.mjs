import { transformAsync } from '@babel/core'

/**
 * A Vite plugin that runs files through the React Compiler, as an app may: @rolldown/plugin-babel does it too, but not on Node 20.
 * @param {RegExp} include which paths
 * @returns {import('vite').Plugin}
 */
export function reactCompiler(include) {
  return {
    name: 'react-compiler',
    enforce: 'pre',
    async transform(code, id) {
      const [filename] = id.split('?')
      const kind = /\.ts(x?)$/.exec(filename)
      if (kind === null || !include.test(filename)) return undefined
      const result = await transformAsync(code, {
        filename,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: kind[1] === 'x' ? ['typescript', 'jsx'] : ['typescript'] },
        plugins: ['babel-plugin-react-compiler'],
      })
      return { code: result.code, map: result.map }
    },
  }
}
