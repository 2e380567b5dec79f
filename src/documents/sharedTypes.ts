/**
 * The types of Yjs that an item's document can hold, from its one import: for whoever makes content that is put into such a document. A document itself is
 * made here in documents/ alone.
 */
export { AbstractType, Array, Map, Text, XmlElement, XmlFragment, XmlText } from 'yjs'
