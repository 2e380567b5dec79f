import * as Y from 'yjs'
import type { Space } from '../../../src/client/echo.ts'
import { query } from '../../../src/database/query/query.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import type { SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import type { OpenedText, Page } from './device.ts'
import { drive } from './drive.ts'
import type { Lives } from './lives.ts'
import { marker, Note, seenBy, Task } from './schema.ts'
import type { Edit, Stroke } from './step.ts'
import type { TextModel, WriteModel } from './writeModel.ts'

export interface EditPorts {
  readonly clock: SimulatedClock
  readonly lives: Lives
  readonly items: WriteModel
  readonly texts: TextModel
  readonly ledger: ItemId
  readonly count: (what: string) => void
}

/** A step has at most four strokes of five characters. */
const charactersPerStep = 20

/** Does what a step says, on a page whose space is ready, and notes it in the models. Nothing happens where there is nothing to do it to. */
export async function performEdit(page: Page, step: number, edit: Edit, ports: EditPorts): Promise<void> {
  const { clock, lives, items, count } = ports
  const space = page.space!
  const visible = space.run(query(Task))
  const pick = <T>(list: readonly T[], number: number): T | undefined => (list.length === 0 ? undefined : list[number % list.length])

  /** One batch: `change` says what it wrote. */
  function write(change: () => Record<string, unknown>): void {
    const seen = seenBy(space, ports.ledger)
    const batch = page.life.written.batches + 1
    try {
      const written = space.batch(() => {
        const keys = change()
        space.update(ports.ledger, { [page.life.name]: batch })
        return keys
      })
      lives.wrote(page.life, true)
      items.note(page.life, batch, seen, written)
      count(edit.do)
    } catch (error) {
      // What random choices may run into; the batch left nothing behind.
      if (!(error instanceof EchoError) || !['tree-cycle', 'item-deleted'].includes(error.code)) throw error
      count(error.code)
    }
  }

  switch (edit.do) {
    case 'create':
      return write(() => {
        const parent = edit.parent === undefined ? undefined : pick(visible, edit.parent)
        const written: Record<string, unknown> = {}
        for (let i = 0; i < edit.count; i++) {
          const title = `${marker} ${step}.${i}`
          const { id } = space.create(Task, { title }, parent === undefined ? {} : { parent })
          Object.assign(written, { [`${id}/title`]: title, [`${id}/done`]: 0, [`${id}//deleted`]: false })
        }
        return written
      })
    case 'update': {
      const item = pick(visible, edit.item)
      if (item === undefined) return
      const patch = edit.field === 'title' ? { title: `${marker} ${step}` } : { done: step + 1 }
      return write(() => {
        space.update(item, patch)
        return Object.fromEntries(Object.entries(patch).map(([field, value]) => [`${item.id}/${field}`, value]))
      })
    }
    case 'delete': {
      const item = pick(visible, edit.item)
      if (item === undefined) return
      return write(() => {
        space.delete(item)
        return { [`${item.id}//deleted`]: true }
      })
    }
    case 'restore item': {
      const item = pick(space.run(query(Task).deleted('only')), edit.item)
      if (item === undefined) return
      return write(() => {
        space.restore(item)
        return { [`${item.id}//deleted`]: false }
      })
    }
    case 'move': {
      const item = pick(visible, edit.item)
      const other = pick(visible, edit.other)
      if (item === undefined || other === undefined) return
      return write(() => {
        space.move(item, edit.to === 'before' ? { before: other } : { parent: edit.to === 'top' ? null : other })
        return {}
      })
    }
    case 'rename':
      return write(() => {
        space.setName(`${marker} ${step}`)
        return { name: `${marker} ${step}` }
      })
    case 'new text':
      return write(() => ({ [`${space.create(Note, { title: `${marker} ${step}` }).id}//note`]: true }))
    case 'flush': {
      const mark = page.life.written
      await drive(clock, space.flush())
      if (!page.isDead && page.device.disk.quotaBytes === Infinity) lives.flushed(page.life, mark)
      return count('flush')
    }
    case 'close text': {
      const note = pick([...page.texts.keys()], edit.text)
      if (note === undefined) return
      page.texts.get(note)!.handle.release()
      page.texts.delete(note)
      return count('close text')
    }
    default: {
      const note = pick(space.run(query(Note)), edit.text)
      if (note === undefined) return edit.do === 'type' ? performEdit(page, step, { do: 'new text' }, ports) : undefined
      const text = await openText(page, note.id, clock)
      if (edit.do === 'type')
        edit.strokes.forEach((stroke, i) => type(page, note.id, text, stroke, step * charactersPerStep + i * 5, ports))
      else undo(page, note.id, text, edit.do, ports)
      return count(edit.do)
    }
  }
}

export async function openText(page: Page, note: ItemId | string, clock: SimulatedClock): Promise<OpenedText> {
  let text = page.texts.get(note)
  if (text === undefined) {
    text = { handle: await drive(clock, (page.space as Space).openText(note)), undo: undefined }
    page.texts.set(note, text)
  }
  const { yText } = text.handle.current.get()
  if (text.undo?.yText !== yText) {
    text.undo?.manager.destroy()
    // No two edits are taken together: Yjs would ask the machine's clock how long ago the last one was.
    text.undo = { yText, manager: new Y.UndoManager(yText, { captureTimeout: 0 }) }
  }
  return text
}

/** Inserts and deletes whole code points, each of which is inserted once in a history. */
function type(page: Page, note: string, text: OpenedText, stroke: Stroke, first: number, { lives, texts }: EditPorts): void {
  const { yText } = text.handle.current.get()
  const points = [...yText.toString()]
  const at = stroke.at % (points.length + 1)
  const index = points.slice(0, at).join('').length
  const deleted = points.slice(at, at + stroke.deleted)
  // Some need two UTF-16 units, which an index may not part.
  const inserted = Array.from({ length: stroke.inserted }, (_, i) =>
    String.fromCodePoint(((first + i) % 3 === 0 ? 0x20000 : 0x4e00) + first + i),
  )
  if (deleted.length > 0) {
    yText.delete(index, deleted.join('').length)
    texts.note(note, page.life, lives.wrote(page.life, false).edits, [], deleted)
  }
  if (inserted.length > 0) {
    yText.insert(index, inserted.join(''))
    texts.note(note, page.life, lives.wrote(page.life, false).edits, inserted, [])
  }
}

function undo(page: Page, note: string, text: OpenedText, what: 'undo' | 'redo', { lives, texts }: EditPorts): void {
  const { yText, manager } = text.undo!
  const before = [...yText.toString()]
  if (what === 'undo') manager.undo()
  else manager.redo()
  const after = [...yText.toString()]
  if (before.join('') === after.join('')) return
  texts.revived(
    note,
    after.filter((character) => !before.includes(character)),
  )
  texts.note(
    note,
    page.life,
    lives.wrote(page.life, false).edits,
    [],
    before.filter((character) => !after.includes(character)),
  )
}
