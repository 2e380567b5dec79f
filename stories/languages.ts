import type { EchoUiConfigProps } from '../src/components/config/EchoUiConfig.tsx'
import { englishMessages } from '../src/components/config/englishMessages.ts'
import { germanMessages } from '../src/components/config/germanMessages.ts'
import { pseudoMessages } from './pseudoMessages.ts'

type Language = Pick<EchoUiConfigProps, 'messages' | 'locale'>

/** What stories can be shown in, by BCP 47 tag, with the name in the toolbar. */
export const languages: Readonly<Record<string, Language & { readonly title: string }>> = {
  en: { title: 'English' },
  de: { title: 'Deutsch', locale: 'de', messages: germanMessages },
  'en-XA': { title: 'Pseudo-locale: what shows without ⟦ ⟧ is no message', messages: pseudoMessages(englishMessages) },
}

/** What `<EchoUiConfig>` takes for a tag; nothing for one that is not in the list, which is English. */
export function languageOf(tag: unknown): Language {
  const { title: _, ...language } = languages[String(tag)] ?? { title: '' }
  return language
}
