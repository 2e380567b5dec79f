/** Draws where somebody is in a text, for the eye only: as text it would be read out within the text. White letters have to be legible on the colour. */
export function caretElement(name: string, colour: string): HTMLElement {
  const caret = document.createElement('span')
  caret.className = 'echo-caret'
  caret.style.setProperty('--echo-person', colour)
  caret.setAttribute('aria-hidden', 'true')
  const label = document.createElement('bdi')
  label.textContent = name
  // A caret between joining letters must not part them, nor may a line break before it alone.
  caret.append('\u2060', label, '\u2060')
  return caret
}
