import type { DeviceId } from '../../shared/ids.ts'

/**
 * Positions among siblings: texts in the order of their code units, with room between any two, so that moving one item writes one key.
 *
 *     position = 1*segment          segment = tag integer
 *     tag      = 4 digits           names the author (a device) of a run
 *     integer  = head digits        `a`..`h`: 1 to 8 digits follow, zero and up; `Z`..`S`: the same below zero, counted from the end
 *
 * Digits are 0-9 A-Z a-z. Integers are self-delimiting and sort like numbers, so whatever continues a position sorts between it and the
 * next integer of its last segment. An author goes on in an own segment where it can: what two people insert at one place at the same
 * time stays in two runs instead of being shuffled, and a key ends in a segment of its author, so that two authors never make the same.
 *
 * Peers can write any text. What is no position counts as absent, {@link positionBetween} answers undefined where there is no room, and
 * nothing here takes longer than the length of two positions.
 */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const tagLength = 4
const maxDigits = 8
const firstPositiveHead = 'a'.charCodeAt(0)
const firstNegativeHead = 'Z'.charCodeAt(0)
/** Longest position that counts, in characters. */
export const maxPositionLength = 512
/** A longer candidate is dropped for the shortest one, though that may split a run. */
const preferredLength = 40

interface Segment {
  /** Where it starts in the position. */
  readonly start: number
  readonly tag: string
  readonly count: number
}

/** Whether a text is a position that {@link positionBetween} could have made. Never throws. */
export function isPosition(text: unknown): text is string {
  return typeof text === 'string' && text.length <= maxPositionLength && parseSegments(text) !== undefined
}

/** Whether a text can name an author in positions: 4 digits. */
export function isAuthorTag(text: string): boolean {
  return /^[0-9A-Za-z]{4}$/.test(text)
}

/** The tag that stands for a device: shared by chance with few others, which costs nothing but a shuffled run. */
export function authorTagOf(device: DeviceId): string {
  return device.slice(0, tagLength).replaceAll('-', 'x').replaceAll('_', 'y')
}

/**
 * A position between two others.
 * @param left position before it; an empty text for the start
 * @param right position behind it; undefined for the end
 * @param tag the author's tag
 * @returns undefined where there is no room: equal positions, or none shorter than {@link maxPositionLength}
 */
export function positionBetween(left: string, right: string | undefined, tag: string): string | undefined {
  if (right !== undefined && left >= right) return undefined
  const segmentsOfLeft = parseSegments(left) ?? []
  const segmentsOfRight = right === undefined ? [] : (parseSegments(right) ?? [])
  const fits = (candidate: string | undefined): candidate is string =>
    candidate !== undefined && candidate.length <= maxPositionLength && candidate > left && (right === undefined || candidate < right)

  const own = tag + encodeCount(0)!
  const isOwn = (segment: Segment): boolean => segment.tag === tag
  const continued = [
    ...segmentsOfLeft.filter(isOwn).map((segment) => step(left, segment, 1)),
    left + own,
    ...segmentsOfRight.filter(isOwn).map((segment) => step(right!, segment, -1)),
  ]
  const preferred = continued.find(fits)
  if (preferred !== undefined && preferred.length <= preferredLength) return preferred

  const beside = [
    ...segmentsOfLeft.map((segment) => behind(step(left, segment, 1), own)),
    ...segmentsOfRight.map((segment) => behind(step(right!, segment, -1), own)),
  ]
  let shortest: string | undefined
  for (const candidate of [...continued, ...beside]) {
    if (fits(candidate) && (shortest === undefined || candidate.length < shortest.length)) shortest = candidate
  }
  return shortest
}

function behind(prefix: string | undefined, segment: string): string | undefined {
  return prefix === undefined ? undefined : prefix + segment
}

/** The position up to a segment, with that segment counted by `by`. */
function step(position: string, segment: Segment, by: 1 | -1): string | undefined {
  const count = encodeCount(segment.count + by)
  return count === undefined ? undefined : position.slice(0, segment.start) + segment.tag + count
}

function parseSegments(position: string): Segment[] | undefined {
  const segments: Segment[] = []
  let start = 0
  while (start < position.length) {
    const tag = position.slice(start, start + tagLength)
    const decoded = tag.length === tagLength && isAuthorTag(tag) ? decodeCount(position, start + tagLength) : undefined
    if (decoded === undefined) return undefined
    segments.push({ start, tag, count: decoded.count })
    start = decoded.end
  }
  return segments
}

/** Smallest number that takes `length` digits; each length starts where the one before ends, so no number has two forms. */
function firstOfLength(length: number): number {
  let first = 0
  for (let shorter = 1; shorter < length; shorter++) first += digits.length ** shorter
  return first
}

function encodeCount(count: number): string | undefined {
  const size = count < 0 ? -count - 1 : count
  let length = 1
  while (length <= maxDigits && size >= firstOfLength(length + 1)) length++
  if (length > maxDigits) return undefined
  let rest = size - firstOfLength(length)
  // Below zero the digits run backwards, so that -1 is the greatest of its length.
  if (count < 0) rest = digits.length ** length - 1 - rest
  let text = ''
  for (let i = 0; i < length; i++) {
    text = digits[rest % digits.length]! + text
    rest = Math.floor(rest / digits.length)
  }
  return String.fromCharCode(count < 0 ? firstNegativeHead - (length - 1) : firstPositiveHead + (length - 1)) + text
}

function decodeCount(position: string, start: number): { readonly count: number; readonly end: number } | undefined {
  const head = position.charCodeAt(start)
  const negative = head <= firstNegativeHead
  const length = (negative ? firstNegativeHead - head : head - firstPositiveHead) + 1
  const end = start + 1 + length
  if (!(length >= 1 && length <= maxDigits) || end > position.length) return undefined
  let rest = 0
  for (let i = start + 1; i < end; i++) {
    const digit = digits.indexOf(position[i]!)
    if (digit < 0) return undefined
    rest = rest * digits.length + digit
  }
  if (!negative) return { count: firstOfLength(length) + rest, end }
  return { count: -(firstOfLength(length) + (digits.length ** length - 1 - rest)) - 1, end }
}
