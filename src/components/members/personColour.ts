/** Light enough to show on a dark page, dark enough for white letters on it. */
const lightness = 0.54
const chroma = 0.11

/** The colour of a person who has chosen none, of the same hue (in degrees) as their avatar: six hex digits, on which white letters can be read. */
export function personColour(hue: number): string {
  return `#${rgbOf(hue)
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`
}

/** Red, green and blue from 0 to 255 of an OKLCH colour (CSS Color 4, section 18). */
export function rgbOf(hue: number): readonly number[] {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ].map((linear) => {
    const light = Math.min(1, Math.max(0, linear))
    return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055))
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
