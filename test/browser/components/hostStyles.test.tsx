import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { Button } from '../../../src/components/basics/Button.tsx'
import { createKitWorld, KitPage } from '../../unit/components/kitCases.tsx'
import { kitComponents } from '../../unit/components/kitComponents.ts'
import '../../../src/components/styles.css'

/** What a page says of plain elements, as templates do, and more. */
const hostRules = `
  h1, h2, h3 { margin: 33px; font: 900 3.2em/2 serif; color: rgb(1 2 3); letter-spacing: 3px }
  p, label, legend, summary, small, dt, dd, li, td, th { margin: 13px; padding: 5px; font: italic 2em/3 serif; color: rgb(1 2 3) }
  a { font-weight: 500; color: rgb(100 108 255); text-decoration: inherit }
  button { border-radius: 8px; border: 3px solid rgb(1 2 3); padding: 0.6em 1.2em; font: 500 2em/3 serif; background-color: rgb(26 26 26); color: rgb(255 0 0) }
  body button, form button { margin: 9px; text-transform: uppercase }
  input, select, textarea { margin: 17px; border: 5px dotted rgb(1 2 3); padding: 20px; font: 2em serif; background: rgb(1 2 3); color: rgb(255 0 0) }
`

const compared = 'h1, h2, a, button, input, select, textarea, label'

const properties = [
  ...['font-family', 'font-size', 'font-style', 'font-weight', 'line-height', 'letter-spacing', 'text-transform', 'text-decoration-line'],
  ...['color', 'background-color', 'cursor', 'border-top-left-radius', 'border-top-width', 'border-top-style', 'border-top-color'],
  ...['margin-top', 'margin-left', 'padding-top', 'padding-left', 'min-height'],
]

const styles: HTMLStyleElement[] = []
afterEach(() => {
  cleanup()
  removeRules()
})

function addRules(text: string): void {
  const style = document.createElement('style')
  style.textContent = text
  styles.push(style)
  document.head.append(style)
}

function removeRules(): void {
  for (const style of styles.splice(0)) style.remove()
}

function looks(elements: readonly Element[]): readonly string[] {
  return elements.map((element) => {
    const style = getComputedStyle(element)
    return `${element.outerHTML.slice(0, 120)} ${properties.map((name) => `${name}: ${style.getPropertyValue(name)}`).join('; ')}`
  })
}

describe('the kit in a page with rules for plain elements', () => {
  it('has the headings, links, buttons and fields that it has without them', { timeout: 60_000 }, async () => {
    const met = new Set<string>()
    for (const name of kitComponents) {
      await act(async () => render(<KitPage name={name} world={createKitWorld()} />))
      const elements = [...document.body.querySelectorAll(compared)].filter((element) => element.checkVisibility())
      for (const { localName } of elements) met.add(localName)
      const before = looks(elements)
      addRules(hostRules)
      expect.soft(looks(elements), name).toEqual(before)
      removeRules()
      cleanup()
    }
    expect([...met].sort()).toEqual(['a', 'button', 'h1', 'h2', 'input', 'label', 'select', 'textarea'])
  })

  it('gives way to rules that name a class, in a layer that stands later or in none, wherever they stand', () => {
    addRules('@layer echo, app; @layer app { .layered { border-radius: 1px } } .mine { color: rgb(1 2 3) }')
    document.head.prepend(styles.at(-1)!)
    addRules('button { border-radius: 8px; color: rgb(4 5 6) }')
    render(<Button className="mine layered">Save</Button>)
    const { borderTopLeftRadius, color } = getComputedStyle(screen.getByRole('button'))
    expect([borderTopLeftRadius, color]).toEqual(['1px', 'rgb(1, 2, 3)'])
  })
})
