'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { ContactInfo } from '../client/states.ts'

/**
 * The people met in all spaces, by name.
 * @throws EchoError no-provider
 * @example
 * const contacts = useContacts()
 * return <ul>{contacts.map((contact) => <li key={contact.id}>{contact.name}</li>)}</ul>
 */
export function useContacts(): readonly ContactInfo[] {
  return useReadable(useEcho().identity.contacts)
}
