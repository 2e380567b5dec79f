import { describe, expect, it, vi } from 'vitest'
import { defaultDeviceName, isDeviceName, unusedDeviceName } from '../../../src/client/devices/deviceName.ts'

describe('the first name of a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chrome · Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
      'Edge · Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/604.1',
      'Safari · iPhone',
    ],
    ['Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox · Android'],
    ['something else', ''],
  ])('tells browser and system of %s', (userAgent, name) => {
    vi.stubGlobal('navigator', { userAgent })
    expect(defaultDeviceName()).toBe(name)
    vi.unstubAllGlobals()
  })

  it('is empty where nothing says what it runs on', () => {
    vi.stubGlobal('navigator', undefined)
    expect(defaultDeviceName()).toBe('')
    vi.unstubAllGlobals()
  })

  it('gets the first number that is free where another device has it', () => {
    const name = 'Chrome · Linux'
    expect(unusedDeviceName(name, ['Firefox · Linux'])).toBe(name)
    expect(unusedDeviceName(name, [name])).toBe('Chrome · Linux 2')
    expect(unusedDeviceName(name, ['Chrome · Linux 2', name, 'Chrome · Linux 4'])).toBe('Chrome · Linux 3')
    expect(unusedDeviceName('', [''])).toBe('')
  })

  it('may be any text of some length', () => {
    expect([' ', '', 'x'.repeat(161), 5, undefined].filter(isDeviceName)).toEqual([])
    expect(isDeviceName('Küche')).toBe(true)
  })
})
