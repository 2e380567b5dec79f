'use client'
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { loadPhrases } from '../../identity/loadPhrases.ts'
import { Button } from '../basics/Button.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { FieldFault } from '../basics/FieldFault.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { errorText } from '../config/messages.ts'
import { Waiting } from '../basics/Waiting.tsx'
import type { EchoError } from '../../shared/echoError.ts'

export interface IdentityFormProps {
  /** `create` asks for a name; `recover` for the 24 words, and takes a name for as long as the person's own has not come from another device. */
  readonly mode: 'create' | 'recover'
  readonly onModeChange: (mode: 'create' | 'recover') => void
  readonly onCreate: (name: string) => void
  /** `name`: may be empty. */
  readonly onRecover: (phrase: string, name: string) => void
  /** Offers to use the account of another device; without it nothing is offered. */
  readonly onPair?: (() => void) | undefined
  readonly busy: boolean
  readonly error: EchoError | undefined
}

/** Asks who is there: a new person by name, or one who comes back with 24 words. */
export function IdentityForm({ mode, onModeChange, onCreate, onRecover, onPair, busy, error }: IdentityFormProps): ReactNode {
  const allMessages = useMessages()
  const { identity: messages } = allMessages
  const [name, setName] = useState('')
  const [phrase, setPhrase] = useState('')
  const [nameMissing, setNameMissing] = useState(false)
  const [phraseFault, setPhraseFault] = useState<EchoError>()
  const phraseField = useRef<HTMLTextAreaElement>(null)
  const isChecking = useRef(false)
  const nameField = useRef<HTMLInputElement>(null)
  const id = useId()
  const recovers = mode === 'recover'
  const lacksName = nameMissing && !recovers
  const words = normalizePhrase(phrase)
  const wordCount = words === '' ? 0 : words.split(' ').length

  const phraseError = phraseFault ?? (error?.code === 'bad-phrase' ? error : undefined)

  async function submit(): Promise<void> {
    if (isChecking.current) return
    const trimmed = name.trim()
    const isMissing = !recovers && trimmed === ''
    isChecking.current = true
    const fault = recovers ? await findPhraseFault(words) : undefined
    isChecking.current = false
    setPhraseFault(fault)
    setNameMissing(isMissing)
    if (fault !== undefined) phraseField.current?.focus()
    else if (isMissing) nameField.current?.focus()
    if (fault !== undefined || isMissing || busy) return
    if (recovers) onRecover(words, trimmed)
    else onCreate(trimmed)
  }

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    void submit()
  }

  return (
    <form className="echo-form" data-slot="identity-form" data-state={busy ? 'busy' : mode} onSubmit={onSubmit} noValidate>
      {recovers && (
        <div className="echo-field">
          <label htmlFor={`${id}phrase`}>{messages.phrase}</label>
          <textarea
            id={`${id}phrase`}
            ref={phraseField}
            className="echo-input"
            rows={4}
            value={phrase}
            onChange={(event) => {
              setPhrase(event.target.value)
              setPhraseFault(undefined)
            }}
            autoCapitalize="none"
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            aria-invalid={phraseError !== undefined}
            aria-describedby={phraseError === undefined ? `${id}count` : `${id}wrong ${id}count`}
          />
          <p id={`${id}count`} className="echo-hint">
            {messages.phraseCount(wordCount)}
          </p>
          {phraseError !== undefined && (
            <FieldFault id={`${id}wrong`}>{errorText(allMessages, phraseError.code, phraseError.details)}</FieldFault>
          )}
        </div>
      )}
      <div className="echo-field">
        <label htmlFor={`${id}name`}>{messages.name}</label>
        <input
          id={`${id}name`}
          ref={nameField}
          className="echo-input"
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder={messages.namePlaceholder}
          autoComplete="name"
          maxLength={64}
          aria-invalid={lacksName}
          aria-describedby={lacksName ? `${id}missing` : recovers ? `${id}hint` : undefined}
        />
        {recovers && (
          <p id={`${id}hint`} className="echo-hint">
            {messages.recoverNameHint}
          </p>
        )}
        {lacksName && <FieldFault id={`${id}missing`}>{messages.nameMissing}</FieldFault>}
      </div>
      {error !== undefined && error.code !== 'bad-phrase' && <ErrorNote said="polite" error={error} />}
      {busy && <Waiting>{recovers ? messages.recovering : messages.creating}</Waiting>}
      <div className="echo-actions">
        <Button variant="primary" type="submit" aria-disabled={busy}>
          {recovers ? messages.recover : messages.create}
        </Button>
      </div>
      <div className="echo-ways">
        <Button variant="quiet" disabled={busy} onClick={() => onModeChange(recovers ? 'create' : 'recover')}>
          {recovers ? messages.toCreate : messages.toRecover}
        </Button>
        {onPair !== undefined && (
          <Button variant="quiet" disabled={busy} onClick={onPair}>
            {messages.toPair}
          </Button>
        )}
      </div>
    </form>
  )
}

async function findPhraseFault(words: string): Promise<EchoError | undefined> {
  const loaded = await loadPhrases()
  // What could not be fetched is no fault of the words; recovering needs it too, and says so.
  if (!loaded.ok) return undefined
  const parsed = loaded.value.parsePhrase(words)
  return parsed.ok ? undefined : parsed.error
}

/** Words as they are asked for: lower case, one space between, whatever line breaks, numbers or commas were pasted along. */
function normalizePhrase(text: string): string {
  return (text.toLowerCase().match(/\p{L}+/gu) ?? []).join(' ')
}
