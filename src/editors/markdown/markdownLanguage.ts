import { defineLanguageFacet, Language } from '@codemirror/language'
import { GFM, parser } from '@lezer/markdown'

/**
 * Markdown with the additions of GitHub: tables, task lists, strike-through, bare links. Made of the parser alone, for the usual package brings HTML, CSS
 * and JavaScript along.
 */
export const markdownLanguage = new Language(defineLanguageFacet(), parser.configure(GFM), [], 'markdown')
