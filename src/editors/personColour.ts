import { hueOf } from '../components/members/Avatar.tsx'

/** WCAG asks this of text on its ground. */
const minContrast = 4.5
const saturation = 0.7

/**
 * The colour of a person's caret, the same hue as their avatar: six hex digits, as dark as white letters on it need and no darker, so that the
 * caret itself shows on a dark page too.
 */
export function personColour(identity: string): string {
  const hue = hueOf(identity)
  let lightness = 0.9
  while (contrastWithWhite(rgbOf(hue, lightness)) < minContrast) lightness -= 0.01
  return `#${rgbOf(hue, lightness)
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`
}

/** Red, green and blue from 0 to 255 of an HSL colour (CSS Color 4, section 7.1). */
function rgbOf(hue: number, lightness: number): readonly number[] {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  return [0, 8, 4].map((offset) => {
    const at = (offset + hue / 30) % 12
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))))
  })
}

/** WCAG 2.2, relative luminance and contrast ratio. */
export function contrastWithWhite(rgb: readonly number[]): number {
  const [red, green, blue] = rgb.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05)
}
