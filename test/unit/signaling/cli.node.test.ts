import { describe, expect, it } from 'vitest'
import { parseCliOptions } from '../../../src/signaling/cliOptions.ts'

describe('the command line of the signaling server', () => {
  it('listens on this machine only, unless told otherwise', () => {
    expect(parseCliOptions([], {})).toEqual({ ok: true, value: { action: 'serve', port: 4_444, host: '127.0.0.1' } })
    expect(parseCliOptions(['--port', '80', '--host', '0.0.0.0'], { PORT: '90' })).toEqual({
      ok: true,
      value: { action: 'serve', port: 80, host: '0.0.0.0' },
    })
    expect(parseCliOptions([], { PORT: '90' })).toMatchObject({ value: { port: 90 } })
  })

  it('knows help', () => {
    expect(parseCliOptions(['--help'], {})).toEqual({ ok: true, value: { action: 'help' } })
  })

  it.each([['--port', 'x'], ['--port', '65536'], ['--port', '-1'], ['--port'], ['--nonsense'], ['stray']])(
    'refuses %s %s with words',
    (...args) => {
      const result = parseCliOptions(args, {})
      expect(result).toMatchObject({ ok: false, error: expect.stringMatching(/\w/) as string })
    },
  )
})
