import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { describe, expect, it, vi } from 'vitest'
import {
  accessibilityFaults,
  addTask,
  card,
  createAlbum,
  inviteByLink,
  joinByLink,
  openView,
  phone,
  setupExampleApp,
  signUp,
  switchNetwork,
} from './exampleApp.ts'

const app = setupExampleApp()
const shoot = createAlbum('week')

const noteText = (page: Page) => page.getByRole('textbox', { name: 'Text of the note' })
const tree = (page: Page) => page.getByRole('navigation', { name: 'Notes' })

async function newNote(page: Page, title: string, kind: 'New note' | 'New Markdown note' = 'New note'): Promise<void> {
  await page.getByRole('button', { name: kind, exact: true }).click()
  await page.getByLabel('Title of the note').fill(title)
  await noteText(page).click()
}

/** Again where it fails: of some sixty first starts one never showed the text of its first note, and we do not know why yet. */
const twice = { retry: 1, timeout: 180_000 }

describe('a week of two people with the example app', () => {
  it('takes them from nothing through writing, moving, a cut, a conflict and a file to a new profile', twice, async () => {
    vi.setConfig({ testTimeout: 180_000 })
    const [ann, bob] = await Promise.all([app.person('ann'), app.person('bob', phone)])

    // Monday: Ann begins alone, and keeps the words that bring her account back.
    await ann.goto(app.url())
    await ann.getByLabel('Your name').waitFor()
    await shoot(ann, 'monday-first-start')
    await signUp(ann, 'Ann Archer')
    await ann.getByRole('button', { name: 'Show words' }).click()
    await ann.getByRole('button', { name: 'Reveal the words' }).click()
    await ann.getByRole('list', { name: 'Recovery words, in order' }).getByRole('listitem').nth(23).waitFor()
    await ann.getByRole('button', { name: 'I wrote them down' }).click()
    await ann.getByRole('button', { name: 'Yes, they are safe' }).click()
    // Until the dialog is gone, what lies behind it takes no keys.
    await ann.getByRole('dialog').waitFor({ state: 'detached' })
    await ann.getByLabel('Name of the space').fill('Spring survey')
    await ann.getByRole('button', { name: 'Create space' }).click()
    await ann.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
    await newNote(ann, 'Day one')
    await noteText(ann).pressSequentially('## Morning\nFog until nine.')
    await noteText(ann).getByRole('heading', { name: 'Morning' }).waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await shoot(ann, 'monday-note')
    await openView(ann, 'Board')
    for (const title of ['Count the orchids', 'Charge the GPS', 'Ask the farmer']) await addTask(ann, title)
    expect(await accessibilityFaults(ann)).toEqual([])
    await shoot(ann, 'monday-board')

    // Tuesday: Bob follows the link before he has ever seen the app, and comes out where Ann was.
    const link = await inviteByLink(ann)
    await shoot(ann, 'tuesday-invite')
    await joinByLink(bob, link, 'Bob Birch')
    expect(new URL(bob.url()).hash).toBe('')
    await ann.getByRole('dialog', { name: 'Bob Birch has joined' }).getByRole('button', { name: 'Close' }).last().click()
    await ann.getByRole('list', { name: 'Here now' }).getByText('Bob Birch').waitFor()
    await card(bob, 'Count the orchids').waitFor()
    await bob.getByRole('button', { name: 'Later' }).click()
    expect(await accessibilityFaults(bob)).toEqual([])
    await shoot(bob, 'tuesday-joined')

    // The doctor finds nothing wrong, and how they are connected.
    await ann.getByRole('button', { name: 'Check the connection' }).click()
    const doctor = ann.getByRole('dialog', { name: 'Connection' })
    await doctor.locator('[data-slot=connection-doctor][data-state=ok]').waitFor()
    await doctor.getByRole('row', { name: /Bob Birch.*Direct.*[1-9].* sent, .*[1-9].* received/s }).waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await shoot(ann, 'tuesday-connection')
    await doctor.getByRole('button', { name: 'Close' }).click()

    // Both write in one note, and Bob mentions Ann.
    await openView(bob, 'Notes')
    await tree(bob).getByRole('link', { name: 'Day one' }).click()
    await noteText(bob).getByText('Fog until nine.').waitFor()
    await openView(ann, 'Notes')
    await tree(ann).getByRole('link', { name: 'Day one' }).click()
    await noteText(bob).press('Control+End')
    await noteText(bob).pressSequentially(' Two herons, says @Ann', { delay: 20 })
    await bob.getByRole('option', { name: 'Ann Archer' }).click()
    await noteText(ann).getByText('Two herons, says').waitFor()
    await noteText(ann).locator('.echo-mention', { hasText: 'Ann Archer' }).waitFor()
    await ann.locator('.echo-caret', { hasText: 'Bob Birch' }).waitFor()
    await noteText(ann).press('Control+Home')
    await noteText(ann).pressSequentially('Early ')
    await noteText(bob).getByRole('heading', { name: 'Early Morning' }).waitFor()
    await shoot(ann, 'tuesday-two-write')
    await shoot(bob, 'tuesday-two-write-phone')

    // Wednesday: things find their place. Ann drags, Bob has a phone.
    await newNote(ann, 'Plan of the week', 'New Markdown note')
    await noteText(ann).pressSequentially('# Plan\n\nCount **orchids** first.')
    await newNote(ann, 'Water levels')
    await noteText(ann).pressSequentially('The weir stands at 40 cm.')
    await tree(ann)
      .getByRole('link', { name: 'Plan of the week' })
      .dragTo(tree(ann).getByRole('link', { name: 'Day one' }))
    await tree(ann).getByRole('button', { name: 'Notes under Day one', expanded: true }).waitFor()
    await ann.getByRole('button', { name: 'Link to a note' }).click()
    await ann.getByLabel('Link to', { exact: true }).fill('day')
    await ann.getByRole('region', { name: 'Linked notes' }).getByRole('button', { name: 'Day one' }).waitFor()
    await ann.getByLabel('Link to', { exact: true }).press('Enter')
    await bob.getByRole('region', { name: 'Linked notes' }).getByRole('link', { name: 'Water levels' }).waitFor()
    await noteText(ann).press('Control+End')
    await noteText(ann).pressSequentially(' See [[Plan', { delay: 20 })
    await ann.getByRole('listbox', { name: 'Items to link to' }).getByRole('option', { name: 'Plan of the week' }).click()
    await ann.getByRole('region', { name: 'Linked notes' }).getByRole('link', { name: 'Plan of the week' }).waitFor()
    await shoot(ann, 'wednesday-tree')
    await openView(ann, 'Board')
    await card(ann, 'Charge the GPS').dragTo(ann.getByRole('region', { name: 'Doing' }))
    await card(ann, 'Charge the GPS', 'Doing').waitFor()
    await openView(bob, 'Board')
    await card(bob, 'Charge the GPS', 'Doing').waitFor()
    await card(bob, 'Ask the farmer').click()
    await bob.getByLabel('Column', { exact: true }).selectOption('Done')
    await bob.getByLabel('Who does it').selectOption('Bob Birch')
    expect(await accessibilityFaults(bob)).toEqual([])
    await shoot(bob, 'wednesday-task')
    await bob.getByRole('button', { name: 'Close' }).click()
    // The focus is where he left off, though the card has moved.
    await expect.poll(() => card(bob, 'Ask the farmer').evaluate((link) => link === document.activeElement)).toBe(true)
    await card(ann, 'Ask the farmer', 'Done').waitFor()
    await ann.getByTitle('Bob Birch does it').waitFor()
    await shoot(ann, 'wednesday-board')

    // Thursday: Bob is in the field, without a network. Both change the same title, and his page is loaded anew.
    await switchNetwork(bob)
    await bob.getByText('Offline', { exact: true }).waitFor()
    await ann.getByText('Only you are here').waitFor()
    const rename = async (page: Page, title: string): Promise<void> => {
      await card(page, 'Count the orchids').click()
      await page.getByLabel('Title', { exact: true }).fill(title)
      await page.getByRole('dialog', { name: 'Task' }).getByRole('button', { name: 'Close' }).click()
      await card(page, title).waitFor()
    }
    await rename(bob, 'Count the orchids by the weir')
    await rename(ann, 'Count the orchids twice')
    await addTask(bob, 'Written offline')
    await addTask(ann, 'Written meanwhile')
    await bob.reload()
    await card(bob, 'Written offline').waitFor()
    expect(await card(bob, 'Written meanwhile').count()).toBe(0)
    expect(await card(ann, 'Written offline').count()).toBe(0)
    await shoot(bob, 'thursday-offline')
    await switchNetwork(bob)
    await card(ann, 'Written offline').waitFor()
    await card(bob, 'Written meanwhile').waitFor()
    const titles = async (page: Page): Promise<string[]> =>
      (await card(page, 'Count the orchids').locator('bdi').allInnerTexts()).toSorted()
    await expect.poll(() => titles(bob)).toEqual(await titles(ann))
    const [kept] = await titles(ann)
    const lost = kept === 'Count the orchids twice' ? 'Count the orchids by the weir' : 'Count the orchids twice'
    await card(bob, kept!).getByText('Changed by two at once').waitFor()
    await card(ann, kept!).click()
    await ann.getByRole('button', { name: /not kept/ }).click()
    const conflict = ann.getByRole('dialog', { name: 'Written at the same time' })
    await conflict.getByText(lost).waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await shoot(ann, 'thursday-conflict')
    await conflict.getByRole('button', { name: /^Use this/ }).click()
    await card(bob, lost).waitFor()
    await bob.getByText('Changed by two at once').waitFor({ state: 'detached' })
    await conflict.getByRole('button', { name: 'Close' }).click()
    await ann.getByRole('dialog', { name: 'Task' }).getByRole('button', { name: 'Close' }).click()

    // Friday: what was written is found, also in texts, and what was deleted comes back, by key, by button and from the trash.
    await ann.keyboard.press('Control+k')
    await ann.getByLabel('Words in a note or task').fill('weir')
    const found = ann.getByRole('list', { name: 'Found' })
    await found.getByRole('link', { name: /^Water levels/ }).waitFor()
    expect(await found.getByRole('link', { name: /^Plan of the week/ }).count()).toBe(0)
    expect(await accessibilityFaults(ann)).toEqual([])
    await shoot(ann, 'friday-search')
    await found.getByRole('link', { name: /^Water levels/ }).click()
    await noteText(ann).getByText('The weir stands at 40 cm.').waitFor()
    await openView(bob, 'Notes')
    await ann.getByRole('button', { name: 'Delete Water levels' }).click()
    await tree(bob).getByRole('link', { name: 'Water levels' }).waitFor({ state: 'detached' })
    await shoot(ann, 'friday-deleted')
    await ann.keyboard.press('Control+z')
    await tree(bob).getByRole('link', { name: 'Water levels' }).waitFor()
    await ann.keyboard.press('Control+Shift+z')
    await tree(bob).getByRole('link', { name: 'Water levels' }).waitFor({ state: 'detached' })
    await ann.getByRole('button', { name: 'Undo', exact: true }).click()
    await tree(bob).getByRole('link', { name: 'Water levels' }).waitFor()
    await tree(ann).getByRole('link', { name: 'Water levels' }).click()
    await ann.getByRole('button', { name: 'Delete Water levels' }).click()
    await tree(bob).getByRole('link', { name: 'Water levels' }).waitFor({ state: 'detached' })
    await bob.getByRole('button', { name: 'This space' }).click()
    await bob.getByRole('button', { name: 'Restore Water levels' }).scrollIntoViewIfNeeded()
    expect(await accessibilityFaults(bob)).toEqual([])
    await shoot(bob, 'friday-trash')
    await bob.getByRole('button', { name: 'Restore Water levels' }).click()
    await bob.getByRole('button', { name: 'Close' }).click()
    await tree(ann).getByRole('link', { name: 'Water levels' }).waitFor()

    // Saturday: the links are drawn, and a locked file of all that opens where nobody of them has been.
    await openView(ann, 'Graph')
    await ann.getByRole('treeitem', { name: /^Water levels/ }).waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await shoot(ann, 'saturday-graph')
    await ann.getByRole('button', { name: 'This space' }).click()
    await ann.getByLabel('Passphrase (optional)').fill('herons at nine')
    await ann.getByLabel(/^The same again/).fill('herons at nine')
    const download = ann.waitForEvent('download')
    await ann.getByRole('button', { name: 'Save as a file' }).click()
    const file = await download
    await ann.getByText(/were written into/).waitFor()
    await shoot(ann, 'saturday-export')
    const bytes = await readFile(await file.path())
    expect(bytes.includes('Fog until nine')).toBe(false)

    const cleo = await app.person('cleo')
    await cleo.goto(app.url())
    await signUp(cleo, 'Cleo Crane')
    await cleo.getByRole('button', { name: 'Later' }).click()
    await cleo.getByRole('button', { name: 'Open a file' }).click()
    const opening = cleo.getByRole('dialog', { name: 'Open a file' })
    await opening.getByLabel('File', { exact: true }).setInputFiles({ name: file.suggestedFilename(), mimeType: '', buffer: bytes })
    await opening.getByRole('button', { name: 'Open the file' }).click()
    await opening.getByText('This file is locked.').waitFor()
    await opening.getByLabel('Passphrase of the file').fill('herons at ten')
    await opening.getByRole('button', { name: 'Open the file' }).click()
    await opening.getByText('This is not the right passphrase.').waitFor()
    expect(await accessibilityFaults(cleo)).toEqual([])
    await shoot(cleo, 'saturday-locked')
    await opening.getByLabel('Passphrase of the file').fill('herons at nine')
    await opening.getByRole('button', { name: 'Open the file' }).click()
    await cleo.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
    await tree(cleo).getByRole('button', { name: 'Notes under Day one' }).click()
    await tree(cleo).getByRole('link', { name: 'Plan of the week' }).click()
    await noteText(cleo).getByText('Count **orchids** first.').waitFor()
    await tree(cleo).getByRole('link', { name: 'Day one' }).click()
    await noteText(cleo).getByText('Two herons, says').waitFor()
    await noteText(cleo).locator('.echo-mention', { hasText: 'Ann Archer' }).waitFor()
    await cleo.getByRole('region', { name: 'Linked notes' }).getByRole('link', { name: 'Water levels' }).waitFor()
    await shoot(cleo, 'saturday-import')
    await openView(cleo, 'Board')
    await card(cleo, 'Charge the GPS', 'Doing').waitFor()
    await card(cleo, lost, 'To do').waitFor()
    await shoot(cleo, 'saturday-import-board')
  })
})
