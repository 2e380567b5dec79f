import { Schema, type Attrs, type Node } from '@tiptap/pm/model'
import { describe, expect, it } from 'vitest'
import { createFitCheck, fitsAttribute } from '../../../src/editors/rich-text/attributeRules.ts'

const item = `${'B'.repeat(21)}A`

/** A schema of a version in which a mention had no name yet. */
const { nodes, marks, ...schema } = (() => {
  const made = new Schema({
    nodes: {
      doc: { content: 'block+' },
      paragraph: { content: 'inline*', group: 'block' },
      image: { group: 'block', attrs: { src: { default: null }, alt: { default: '' } } },
      heading: {
        content: 'inline*',
        group: 'block',
        attrs: { level: { default: 1 }, colour: { default: null }, constructor: { default: null } },
      },
      text: { group: 'inline' },
      mention: { inline: true, group: 'inline', attrs: { id: {} } },
      itemLink: { inline: true, group: 'inline', attrs: { id: { default: '' }, label: { default: '' } } },
    },
    marks: { link: { attrs: { href: { default: null } } }, bold: {} },
  })
  return { nodes: made.nodes, marks: made.marks, text: made.text.bind(made) }
})()

describe('what an attribute may hold', () => {
  it('is nothing where the node or mark has none of the name, or no rule stands for it', () => {
    expect(fitsAttribute(nodes['mention']!, 'id', 'bob')).toBe(true)
    expect(fitsAttribute(nodes['mention']!, 'name', 'Bob'), 'not in this schema').toBe(false)
    expect(fitsAttribute(nodes['heading']!, 'colour', null), 'without a rule').toBe(false)
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      expect(fitsAttribute(nodes['heading']!, name, 'x'), name).toBe(false)
      expect(fitsAttribute(marks['bold']!, name, 'x'), name).toBe(false)
    }
  })

  it('is the id of an item or none, and a label of bounded length, for a link to an item', () => {
    const fits = (name: string, value: unknown) => fitsAttribute(nodes['itemLink']!, name, value)
    expect([item, '', `${item}A`, item.slice(1), `${'B'.repeat(22)}`, '../admin', 7, null].map((id) => fits('id', id))).toEqual([
      true,
      true,
      ...Array<boolean>(6).fill(false),
    ])
    expect(['', 'x'.repeat(1024), 'x'.repeat(1025), null, { a: 1 }].map((label) => fits('label', label))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})

describe('the check of a whole text', () => {
  const link = (attributes: Attrs = { id: item, label: 'Plan' }): Node => nodes['itemLink']!.create(attributes)
  const doc = (...content: readonly Node[]): Node => nodes['doc']!.create(null, content)
  const paragraph = (...content: readonly Node[]): Node => nodes['paragraph']!.create(null, content)

  it('finds a value without a place however deep it is, of a mark too, and each time it is asked', () => {
    const fits = createFitCheck()
    const good = paragraph(schema.text('see '), link(), schema.text(' there', [marks['link']!.create({ href: 'https://garden.example' })]))
    expect(fits(doc(good))).toBe(true)
    const bad: readonly Node[] = [
      paragraph(link({ id: '../admin', label: '' })),
      nodes['image']!.create({ src: 'https://garden.example/a.png' }),
      paragraph(schema.text('x', [marks['link']!.create({ href: 'x'.repeat(10_000) })])),
    ]
    for (const each of bad) {
      const whole = doc(good, each)
      expect([fits(whole), fits(whole), fits(each), fits(doc(each, good))]).toEqual([false, false, false, false])
    }
    expect(fits(doc(good, good))).toBe(true)
  })
})
