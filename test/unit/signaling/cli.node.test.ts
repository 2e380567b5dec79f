import { describe, expect, it } from 'vitest'
import { parseCliOptions } from '../../../src/signaling/cliOptions.ts'

describe('the command line of the signaling server', () => {
  it('listens on this machine only, unless told otherwise', () => {
    expect(parseCliOptions([], {})).toEqual({
      ok: true,
      value: { action: 'serve', server: { port: 4_444, host: '127.0.0.1', limits: {} }, brokerUrl: undefined },
    })
    expect(parseCliOptions(['--port', '80', '--host', '0.0.0.0'], { PORT: '90' })).toMatchObject({
      value: { server: { port: 80, host: '0.0.0.0' } },
    })
    expect(parseCliOptions([], { PORT: '90' })).toMatchObject({ value: { server: { port: 90 } } })
  })

  it('takes limits, origins as browsers write them, and a port for figures', () => {
    const args = '--max-connections 9 --max-topics 10 --origin https://App.example:443/ --origin http://localhost:5173 --metrics-port 9464'
    expect(parseCliOptions(args.split(' '), {})).toMatchObject({
      value: {
        server: {
          limits: { maxConnections: 9, maxTopics: 10 },
          origins: ['https://app.example', 'http://localhost:5173'],
          metrics: { port: 9_464, host: '127.0.0.1' },
        },
      },
    })
    expect(parseCliOptions(['--metrics-port', '1', '--metrics-host', '::1'], {})).toMatchObject({
      value: { server: { metrics: { port: 1, host: '::1' } } },
    })
  })

  it('takes the address of a broker from its flag or the environment', () => {
    const environment = { BROKER_URL: 'nats://other' }
    expect(parseCliOptions([], environment)).toMatchObject({ value: { brokerUrl: 'nats://other' } })
    expect(parseCliOptions(['--broker', 'tls://nats.example:4222'], environment)).toMatchObject({
      value: { brokerUrl: 'tls://nats.example:4222' },
    })
    expect(parseCliOptions([], { BROKER_URL: '' })).toMatchObject({ value: { brokerUrl: undefined } })
  })

  it.each([
    ['--broker', 'redis://user:hush@host'],
    ['--broker', 'nats://user:hush@'],
    ['nats://user:hush@host'],
    ['--brokr=nats://user:hush@host'],
  ])('repeats no password where %s %s is wrong', (...args) => {
    const result = parseCliOptions(args, {})
    expect(result).toMatchObject({ ok: false, error: expect.stringMatching(/\w/) as string })
    expect(JSON.stringify(result)).not.toContain('hush')
  })

  it('knows help', () => {
    expect(parseCliOptions(['--help'], {})).toEqual({ ok: true, value: { action: 'help' } })
  })

  it.each([
    ['--port', 'x'],
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port'],
    ['--nonsense'],
    ['stray'],
    ['--max-topics', '0'],
    ['--max-connections', '1e3'],
    ['--metrics-port', ''],
    ['--origin', 'app.example'],
    ['--origin', 'https://app.example/path'],
    ['--origin', '*'],
  ])('refuses %s %s with words', (...args) => {
    const result = parseCliOptions(args, {})
    expect(result).toMatchObject({ ok: false, error: expect.stringMatching(/\w/) as string })
  })
})
