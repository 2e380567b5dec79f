import { describe, expect, it } from 'vitest'
import { space, mark, nothing, contents, codeOf } from './rows.ts'
import type { StorageTabs } from './storageDevice.ts'

/** Opening and disposing of a storage. */
export function describeLife({ closedTab, openTab }: StorageTabs): void {
  describe('its life', () => {
    it('refuses to be used before it is open, and says what to do', async () => {
      const tab = closedTab()
      expect(tab.state.get().status).toBe('opening')
      await expect(tab.write({ putMarks: [mark(0)] }, 'strict')).rejects.toThrow(/open\(\) first/)
      expect(await codeOf(tab.readKey('k'))).toBe('storage-unavailable')
      await tab.open()
      expect(tab.state.get().status).toBe('ready')
      expect(await contents(tab)).toEqual(nothing)
    })

    it('completes the writes it has begun when it is disposed, and refuses later ones', async () => {
      const before = await openTab()
      const written = before.write({ putMarks: [mark(0)] }, 'relaxed')
      await before.dispose()
      await written
      expect(before.state.get().status).toBe('closed')
      expect(await codeOf(before.write({ putMarks: [mark(1)] }, 'relaxed'))).toBe('disposed')
      expect(await codeOf(before.readMarks(space))).toBe('disposed')
      await before.dispose()
      expect(await (await openTab()).readMarks(space)).toEqual([mark(0)])
    })

    it('can be disposed while it opens', async () => {
      const tab = closedTab()
      const opened = tab.open()
      await tab.dispose()
      await opened
      expect(tab.state.get().status).toBe('closed')
    })
  })
}
