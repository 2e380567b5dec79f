import { useEffect, useId, useState, type ReactNode } from 'react'
import { useEcho, useExport, useImport, type Space } from 'echo-react'
import { Button, ErrorNote } from 'echo-react/components'
import { navigate } from './route.tsx'

/** Writes the space into a file, readable or locked by a passphrase. */
export function Export({ space }: { readonly space: Space }): ReactNode {
  const { state, start, reset } = useExport(space)
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [isRefused, setRefused] = useState(false)
  const isSame = passphrase === again

  useEffect(() => {
    if (state.status !== 'done') return
    const { blob, name } = state.result
    const url = URL.createObjectURL(blob)
    const link = Object.assign(document.createElement('a'), { href: url, download: name })
    link.click()
    return () => URL.revokeObjectURL(url)
  }, [state])

  if (state.status === 'working') return <Working progress={state.progress} label="Writing the file" onCancel={reset} />
  return (
    <form
      className="echo-form"
      onSubmit={(event) => {
        event.preventDefault()
        setRefused(!isSame)
        if (!isSame) return
        start(passphrase === '' ? { format: 'json' } : { format: 'encrypted', passphrase })
        setPassphrase('')
        setAgain('')
      }}
    >
      <PassphraseField label="Passphrase (optional)" isNew value={passphrase} onChange={setPassphrase} />
      {passphrase !== '' && (
        <PassphraseField label="The same again: without it nobody opens the file" isNew value={again} onChange={setAgain} />
      )}
      {isRefused && !isSame && (
        <p className="echo-field-error" role="alert">
          The two are not the same.
        </p>
      )}
      {state.status === 'error' && <ErrorNote error={state.error} role="alert" />}
      {state.status === 'done' && (
        <output className="muted">
          {state.result.items} items were written into <bdi>{state.result.name}</bdi>.
        </output>
      )}
      <div className="echo-actions">
        <Button type="submit">Save as a file</Button>
      </div>
    </form>
  )
}

/** Makes a space of a file that was written by {@link Export}, here or elsewhere. */
export function Import({ onOpened }: { readonly onOpened: () => void }): ReactNode {
  const echo = useEcho()
  const { state, start, reset } = useImport()
  const [file, setFile] = useState<File>()
  const [passphrase, setPassphrase] = useState('')
  const [isLocked, setLocked] = useState(false)
  const [wasTyped, setTyped] = useState(false)
  const id = useId()
  const error = state.status === 'error' ? state.error : undefined
  if (error?.code === 'bad-passphrase' && !isLocked) setLocked(true)
  // The first time nobody has been asked for one yet.
  const isUnasked = error?.code === 'bad-passphrase' && !wasTyped

  useEffect(() => {
    if (state.status !== 'done') return
    const space = state.result
    const { name } = space.info.get()
    // The space that the file was written from may be here, too.
    const isSecond = echo.spaces.list.get().some((other) => other.id !== space.id && other.name === name)
    if (isSecond) space.setName(`${name} (from a file)`)
    navigate({ space: space.id })
    onOpened()
  }, [state, onOpened, echo])

  return (
    <form
      className="echo-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (file === undefined || state.status === 'working') return
        setTyped(passphrase !== '')
        start(file, passphrase === '' ? {} : { passphrase })
      }}
    >
      <p className="muted">A file that was saved under “This space” becomes a new space of your own. Nothing that you have is replaced.</p>
      <div className="echo-field">
        <label htmlFor={id}>File</label>
        <input
          id={id}
          className="echo-input"
          type="file"
          accept=".json,.echo,application/json"
          onChange={({ target }) => {
            setFile(target.files?.[0])
            setLocked(false)
            reset()
          }}
        />
      </div>
      {isLocked && <PassphraseField label="Passphrase of the file" value={passphrase} onChange={setPassphrase} />}
      {isUnasked && <output className="muted">This file is locked. Type its passphrase.</output>}
      {error !== undefined && !isUnasked && <ErrorNote error={error} role="alert" />}
      {state.status === 'working' ? (
        <Working progress={state.progress} label="Reading the file" onCancel={reset} />
      ) : (
        <div className="echo-actions">
          <Button type="submit" variant="primary" disabled={file === undefined}>
            Open the file
          </Button>
        </div>
      )}
    </form>
  )
}

interface PassphraseFieldProps {
  readonly label: string
  /** One that is being chosen, which a password manager may offer to keep. */
  readonly isNew?: boolean
  readonly value: string
  readonly onChange: (value: string) => void
}

function PassphraseField({ label, isNew = false, value, onChange }: PassphraseFieldProps): ReactNode {
  const id = useId()
  return (
    <div className="echo-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="echo-input"
        type="password"
        autoComplete={isNew ? 'new-password' : 'off'}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  )
}

function Working({
  progress,
  label,
  onCancel,
}: {
  readonly progress: number
  readonly label: string
  readonly onCancel: () => void
}): ReactNode {
  return (
    <div className="row">
      <progress className="echo-progress" aria-label={label} value={progress} />
      <Button onClick={onCancel}>Cancel</Button>
    </div>
  )
}
