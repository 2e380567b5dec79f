import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import * as Y from 'yjs'
import { RichTextEditor, maxImageLength, maxImagesLength } from '../../../src/editors/rich-text/index.ts'
import { safeImageSource } from '../../../src/editors/rich-text/imageData.ts'
import { createText, createTree, element, remotely } from './richTextTrees.ts'

const keys = (text: string) => act(async () => userEvent.keyboard(text))
const box = () => document.querySelector<HTMLElement>('.tiptap')!
const state = () => document.querySelector('[data-slot="rich-text-editor"]')?.getAttribute('data-state')
const refused = () => document.querySelector('[data-slot="refused"]')?.textContent ?? ''
/** What React is told meanwhile it shows at the end of each `act`. */
const eventually = (check: () => void) =>
  vi.waitFor(
    async () => {
      await act(async () => new Promise((resolve) => setTimeout(resolve, 10)))
      check()
    },
    { timeout: 10_000 },
  )

afterEach(() => cleanup())

/** A file of a picture; noise cannot be packed. */
async function draw(width: number, height: number, type: string, noise = false): Promise<File> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')!
  context.fillStyle = '#2a7'
  context.fillRect(0, 0, width, height)
  if (noise) {
    const pixels = context.getImageData(0, 0, width, height)
    let seed = 1
    for (let i = 0; i < pixels.data.length; i++) if (i % 4 < 3) pixels.data[i] = seed = Math.imul(seed, 48_271) % 2_147_483_647
    context.putImageData(pixels, 0, 0)
  }
  const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!), type, 1))
  return new File([blob], 'picture', { type })
}

function drop(kind: 'paste' | 'drop', files: readonly File[], text = ''): Event {
  const data = new DataTransfer()
  for (const file of files) data.items.add(file)
  if (text !== '') data.setData('text/plain', text)
  const { left, top } = box().getBoundingClientRect()
  const event =
    kind === 'paste'
      ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent('drop', { dataTransfer: data, clientX: left + 20, clientY: top + 20, bubbles: true, cancelable: true })
  act(() => void box().dispatchEvent(event))
  return event
}

const images = (yXml: Y.XmlFragment) =>
  [...yXml.createTreeWalker((node) => node instanceof Y.XmlElement && node.nodeName === 'image')].map((node) =>
    (node as Y.XmlElement).getAttribute('src'),
  )

describe('pictures', () => {
  for (const [kind, type] of [
    ['paste', 'image/png'],
    ['drop', 'image/jpeg'],
    ['paste', 'image/webp'],
  ] as const) {
    it(`come in whole from a ${kind} of ${type}, and one goes on to write behind them`, async () => {
      const yXml = createTree('')
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      await userEvent.click(box())
      const file = await draw(40, 30, type)
      expect(drop(kind, [file]).defaultPrevented).toBe(true)
      await eventually(() => expect(images(yXml)).toHaveLength(1))
      const [source] = images(yXml)
      expect(source).toMatch(`data:${type};base64,`)
      expect(safeImageSource(source)).toBe(source)
      await keys('after')
      expect(yXml.toString()).toMatch(/<image [^>]*><\/image><paragraph>after<\/paragraph>$/)
      await vi.waitFor(() => expect(box().querySelector('img')!.naturalWidth).toBe(40))
    })
  }

  it('come in where the caret stands, in their order, and are undone by deleting', async () => {
    const yXml = createTree('onetwo')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    await keys('{Home}{ArrowRight}{ArrowRight}{ArrowRight}')
    drop('paste', [await draw(40, 30, 'image/png'), await draw(20, 10, 'image/jpeg')])
    await eventually(() => expect(images(yXml)).toHaveLength(2))
    expect(yXml.toString().replaceAll(/ (alt|src)="([^"]{0,15})[^"]*"/g, ' $2')).toBe(
      '<paragraph>one</paragraph><image  data:image/png;></image><image  data:image/jpeg></image><paragraph>two</paragraph>',
    )
    await keys('{Backspace}{Backspace}{Backspace}{Backspace}')
    await eventually(() => expect(images(yXml)).toHaveLength(0))
    expect(box().textContent).toContain('two')
  })

  it('are made smaller where they are too large, and refused with a word where that does not do', async () => {
    const yXml = createTree('')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    const large = await draw(1000, 700, 'image/png', true)
    expect(large.size).toBeGreaterThan(4 * maxImageLength)
    drop('paste', [large])
    await eventually(() => expect(images(yXml)).toHaveLength(1))
    expect(images(yXml)[0]).toMatch(/^data:image\/(webp|jpeg);/)
    expect(images(yXml)[0]!.length).toBeLessThanOrEqual(maxImageLength)
    const header = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAA//8AAP//CAYAAAA='), (char) => char.charCodeAt(0))
    drop('paste', [new File([header], 'bomb.png', { type: 'image/png' })])
    await eventually(() => expect(refused()).toContain('too large'))
    const gif = Uint8Array.from(
      [...'GIF89a']
        .map((char) => char.charCodeAt(0))
        .concat(
          [9, 0, 9, 0],
          Array.from({ length: 120_000 }, () => 0),
        ),
    )
    await keys('x')
    expect(refused()).toBe('')
    drop('paste', [new File([gif], 'moving.gif', { type: 'image/gif' })])
    await eventually(() => expect(refused()).toContain('too large'))
    expect(images(yXml)).toHaveLength(1)
  })

  it('lose what a camera wrote into them', async () => {
    const yXml = createTree('')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    const plain = new Uint8Array(await (await draw(40, 30, 'image/jpeg')).arrayBuffer())
    const place = [...'Exif 52.5200 N'].map((char) => char.charCodeAt(0))
    const bytes = Uint8Array.from([...plain.slice(0, 2), 0xff, 0xe1, 0, place.length + 2, ...place, ...plain.slice(2)])
    drop('paste', [new File([bytes], 'place.jpg', { type: 'image/jpeg' })])
    await eventually(() => expect(images(yXml)).toHaveLength(1))
    expect(atob(images(yXml)[0]!.split(',')[1]!)).not.toContain('52.5200')
  })

  it('are PNG, JPEG, WebP and GIF only, whatever a file is called', async () => {
    const yXml = createTree('')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    const svg = new File(['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'], 'a.png', { type: 'image/png' })
    for (const kind of ['paste', 'drop'] as const) {
      expect(drop(kind, [svg]).defaultPrevented, 'the page stays').toBe(true)
      await eventually(() => expect(refused()).toContain('PNG, JPEG, WebP or GIF'))
      await keys('x')
    }
    const broken = (await draw(40, 30, 'image/png')).slice(0, 60)
    drop('paste', [new File([broken, new Uint8Array(200_000)], 'broken.png', { type: 'image/png' })])
    await eventually(() => expect(refused()).toContain('PNG, JPEG, WebP or GIF'))
    expect(images(yXml)).toHaveLength(0)
  })

  it('leave a text that is copied with a picture of itself a text, and what may not be written alone', async () => {
    const yXml = createTree('')
    const text = createText(yXml)
    const { rerender } = render(<RichTextEditor label="Page" text={text} />)
    await userEvent.click(box())
    drop('paste', [await draw(9, 9, 'image/png')], 'a table')
    await eventually(() => expect(yXml.toString()).toContain('a table'))
    rerender(<RichTextEditor label="Page" text={text} readOnly />)
    drop('paste', [await draw(9, 9, 'image/png')])
    drop('drop', [await draw(9, 9, 'image/png')])
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(images(yXml)).toHaveLength(0)
  })

  it('are as many as there is room for', async () => {
    const yXml = createTree('')
    const filler = `data:image/png;base64,${btoa(`\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01${'\0'.repeat(98_262)}`)}`
    expect(filler.length).toBe(maxImageLength - 2)
    const count = maxImagesLength / maxImageLength
    yXml.push(Array.from({ length: count }, () => element('image', '', { src: filler, alt: '' })))
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    expect(state()).toBe('editing')
    await userEvent.click(box().querySelector('p')!)
    drop('paste', [await draw(30, 30, 'image/png')])
    await eventually(() => expect(refused()).toContain('as many pictures'))
    expect(images(yXml)).toHaveLength(count)
  })

  it('are described by a form that comes with a selected one, for whoever does not see them', async () => {
    const yXml = createTree('')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    drop('paste', [await draw(60, 60, 'image/png')])
    await eventually(() => expect(images(yXml)).toHaveLength(1))
    const describe = screen.getByRole('button', { name: 'Describe picture' })
    expect(describe.getAttribute('aria-disabled')).toBe('true')
    await userEvent.click(screen.getByRole('img', { name: 'Picture without a description' }))
    expect(describe.getAttribute('aria-disabled')).toBeNull()
    await userEvent.click(describe)
    expect(document.activeElement).toBe(screen.getByLabelText('What the picture shows'))
    await keys('A bed of beans{Enter}')
    expect((yXml.get(0) as Y.XmlElement).getAttribute('alt')).toBe('A bed of beans')
    expect(screen.getByRole('img', { name: 'A bed of beans' }).className).toContain('selectednode')
    expect(document.activeElement).toBe(box())
  })

  it('of pasted pages are left out, unless they lie in the page themselves', async () => {
    const yXml = createTree('')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    const inline = (await new Promise<string>((resolve) => {
      const reader = new FileReader()
      reader.addEventListener('load', () => resolve(reader.result as string))
      void draw(3, 3, 'image/png').then((file) => reader.readAsDataURL(file))
    }))!
    const data = new DataTransfer()
    data.setData('text/html', `<p>a</p><img src="https://example.org/spy.png" alt="spy"><img src="${inline}" alt="own"><p>b</p>`)
    act(() => void box().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })))
    expect(images(yXml)).toEqual([inline])
    expect(yXml.toString()).not.toContain('spy')
  })

  it('of a paste that the guard would refuse are not put in at all', async () => {
    const yXml = createTree('')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(box())
    const data = new DataTransfer()
    data.setData('text/html', `<p>see <span data-mention="${'x'.repeat(200)}" data-name="Bob">Bob</span></p>`)
    act(() => void box().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })))
    expect(yXml.toString()).not.toContain('mention')
    expect(refused()).toBe('That cannot be put into this text.')
    expect(state()).toBe('editing')
  })

  const sources: readonly (readonly [string, unknown])[] = [
    ['script', 'javascript:alert(1)'],
    ['a web address', 'http://example.org/a.png'],
    ['an SVG', `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')}`],
    ['an SVG that calls itself a PNG', `data:image/png;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')}`],
    ['no text', 5],
    ['too much', `data:image/png;base64,${btoa(`\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01${'\0'.repeat(100_000)}`)}`],
  ]
  for (const [name, src] of sources) {
    it(`with ${name} as their source, from a peer, make a text one that is only read, and stay in it`, async () => {
      const yXml = createTree('known')
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      act(() => remotely(yXml, (tree) => tree.push([element('image', '', { src, alt: '' })])))
      await vi.waitFor(() => expect(state()).toBe('newer'))
      expect(document.querySelector('img')).toBeNull()
      expect(yXml.length).toBe(2)
    })
  }
})
