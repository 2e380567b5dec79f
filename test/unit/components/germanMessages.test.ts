import { describe, expect, it } from 'vitest'
import { englishMessages } from '../../../src/components/config/englishMessages.ts'
import { germanMessages } from '../../../src/components/config/germanMessages.ts'

type Text = string | ((...args: never[]) => string)

/** Every text by its path: `invite.button`. */
function textsOf(messages: object, path = ''): [string, Text][] {
  return Object.entries(messages).flatMap(([key, value]: [string, Text | object]) =>
    typeof value === 'string' || typeof value === 'function'
      ? [[path + key, value as Text] as [string, Text]]
      : textsOf(value, `${path}${key}.`),
  )
}

const english = new Map(textsOf(englishMessages))
const german = textsOf(germanMessages)

describe('the German messages', () => {
  it('have a text wherever the English ones have, also where the types would let it be left out', () => {
    expect(german.map(([path]) => path).toSorted()).toEqual([...english.keys()].toSorted())
  })

  it('repeat the English only where both languages have the same word', () => {
    const alike = german.filter(([path, text]) => typeof text === 'string' && text === english.get(path)).map(([, text]) => text)
    expect(new Set(alike)).toEqual(new Set(['Passphrase', 'Emoji', 'Code', 'Link', 'Offline']))
  })

  it('are none of them empty, and have no space at an end', () => {
    for (const [path, text] of german) if (typeof text === 'string') expect(text, path).toMatch(/^\S(.*\S)?$/)
  })

  it('count in the forms of German, and write numbers, dates, lists and spans of time its way', () => {
    const { sync, invitations, graph, trash, presence, join, common } = germanMessages
    expect(sync.upToDate(1)).toBe('Auf dem Stand von 1 anderem Gerät')
    expect(sync.upToDate(2)).toBe('Auf dem Stand von 2 anderen Geräten')
    expect(sync.upToDate(0)).toBe('Auf dem Stand von 0 anderen Geräten')
    expect(join.wrongCode(1)).toBe('Falscher Code. Du hast noch 1 Versuch.')
    expect(invitations.expires(3 * 3_600_000)).toBe('Läuft in 3 Stunden ab')
    expect(invitations.expires(60_000)).toBe('Läuft in 1 Minute ab')
    expect(invitations.expires(3 * 86_400_000)).toBe('Läuft in 3 Tagen ab')
    expect(common.timeLeft(61)).toBe('1 Minute')
    expect(graph.shown(500, 10_000)).toBe('500 von 10.000 zu sehen')
    expect(trash.at(Date.UTC(2026, 4, 1, 12))).toMatch(/^01\.05\.2026, \d\d:00$/)
    expect(presence.moreNames(['Ann', 'Bob', 'Cleo'])).toBe('Und Ann, Bob und Cleo')
  })

  it('put in what they are given', () => {
    expect(germanMessages.invite.success('Ann', 'Garten')).toBe('Ann gehört jetzt zu Garten.')
    const given = [
      ['Qx', 'Qy'],
      ['Qx', ['Qy']],
      [7, 9],
    ]
    for (const [path, text] of german) {
      const inEnglish = english.get(path)
      const isOfTime = /\.(at|since|added|expires|clock|timeLeft|percent)$/.test(path)
      if (typeof text !== 'function' || typeof inEnglish !== 'function' || isOfTime) continue
      for (const args of given) {
        const shown = (texts: Text): string => {
          try {
            return (texts as (...args: unknown[]) => string)(...args)
          } catch (error) {
            // It takes something else.
            if (error instanceof TypeError || error instanceof RangeError) return ''
            throw error
          }
        }
        for (const part of args.flat().map(String)) if (shown(inEnglish).includes(part)) expect(shown(text), path).toContain(part)
      }
    }
  })
})
