import type { Messages } from '../src/components/config/messages.ts'

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const accented = 'áƀćđéƒǥħíĵķłḿńóþɋŕśŧúṽŵẋýžÁɃĆĐÉƑǤĦÍĴĶŁḾŃÓÞɊŔŚŦÚṼŴẊÝŽ'
const accentOf = new Map([...plain].map((letter, index) => [letter, [...accented][index]!]))

/** Long as a wordy language, and told from text that no message gave. */
function pseudo(text: string): string {
  return `⟦${[...text].map((letter) => accentOf.get(letter) ?? letter).join('')}⟧`
}

function pseudoAll(messages: object): object {
  return Object.fromEntries(
    Object.entries(messages).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [key, pseudo(value)]
      if (typeof value === 'function') return [key, (...args: never[]) => pseudo((value as (...args: never[]) => string)(...args))]
      return [key, pseudoAll(value as object)]
    }),
  )
}

/**
 * Messages in a language that does not exist: each text of `messages` accented and within ⟦ ⟧, also those that functions give. What shows
 * without the marks was written into a component, and what does not fit will not fit in other languages either.
 */
export function pseudoMessages(messages: Messages): Messages {
  return pseudoAll(messages) as Messages
}
