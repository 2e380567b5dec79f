'use client'
import { useId, useRef, useState, type ReactNode } from 'react'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import type { Messages } from '../config/messages.ts'
import type { DeviceInfo } from '../../client/states.ts'

interface DeviceRowProps {
  readonly device: DeviceInfo
  readonly onRename?: (to: string) => void
  readonly onLost?: () => void
}

/** A device's own name, or the beginning of its key, which is the same on every device. */
export function deviceNameOf({ id, name }: DeviceInfo, { unnamed }: Messages['devices']): string {
  return plainName(name) || unnamed(id.slice(0, 8))
}

/** One of the person's devices, and what may be done about it. */
export function DeviceRow({ device, onRename, onLost }: DeviceRowProps): ReactNode {
  const { devices: messages, common } = useMessages()
  const [draft, setDraft] = useState<string>()
  const opener = useRef<HTMLButtonElement>(null)
  const id = useId()
  const name = deviceNameOf(device, messages)
  const facts = [
    ...(device.isThis ? [messages.thisDevice] : device.isOnline ? [messages.online] : []),
    ...(device.addedAt === undefined ? [] : [messages.added(device.addedAt)]),
  ]
  const close = (): void => {
    setDraft(undefined)
    // The button comes back with the next render.
    setTimeout(() => opener.current?.focus())
  }
  if (draft !== undefined) {
    const to = draft.trim()
    const isIdle = to === '' || to === device.name
    return (
      <li data-slot="device" data-state="renaming">
        <form
          className="echo-inline-form"
          onSubmit={(event) => {
            event.preventDefault()
            if (isIdle) return
            onRename?.(to)
            close()
          }}
        >
          <label htmlFor={id} className="echo-visually-hidden">
            {messages.newName(name)}
          </label>
          <input
            id={id}
            ref={focusOnce}
            className="echo-input"
            value={draft}
            maxLength={40}
            autoComplete="off"
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              // It is used up: a dialog around the list stays open.
              event.preventDefault()
              close()
            }}
          />
          <Button variant="primary" type="submit" aria-disabled={isIdle}>
            {messages.saveName}
          </Button>
          <Button onClick={close}>{common.cancel}</Button>
        </form>
      </li>
    )
  }
  return (
    <li data-slot="device" data-state={device.isThis ? 'this' : device.isOnline ? 'online' : 'offline'}>
      <span className="echo-dot" aria-hidden="true" />
      <span className="echo-person">
        <bdi>{name}</bdi>
        {facts.length > 0 && <span className="echo-hint">{facts.join(' · ')}</span>}
      </span>
      <span className="echo-row-actions">
        {onRename !== undefined && (
          <Button ref={opener} aria-label={messages.renameNamed(name)} onClick={() => setDraft(device.name)}>
            {messages.rename}
          </Button>
        )}
        {onLost !== undefined && (
          <Button aria-label={messages.lostNamed(name)} onClick={onLost}>
            {messages.lost}
          </Button>
        )}
      </span>
    </li>
  )
}

/** The person has just asked to type here. */
function focusOnce(input: HTMLInputElement | null): void {
  input?.select()
}
