'use client'
import { useEffect, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { useDeviceCommands, type DeviceCall } from '../../react/useDeviceCommands.ts'
import { useDevices } from '../../react/useDevices.ts'
import { useAnnounce } from '../basics/Announcer.tsx'
import { classNames } from '../basics/classNames.ts'
import { DeviceRow, deviceNameOf } from './DeviceRow.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { LostDeviceDialog } from './LostDeviceDialog.tsx'
import type { CommandState } from '../../react/useCommand.ts'
import type { DeviceInfo } from '../../client/states.ts'

/**
 * The person's own devices: what each is called, since when and whether it is here; to give another name to, and to shut out when lost.
 * @example
 * <DeviceList />
 */
export function DeviceList(props: ComponentProps<'div'>): ReactNode {
  const { state, revoke, rename, reset } = useDeviceCommands()
  return <DeviceListView {...props} devices={useDevices()} command={state} onRevoke={revoke} onRename={rename} onSettled={reset} />
}

export interface DeviceListViewProps extends ComponentProps<'div'> {
  readonly devices: readonly DeviceInfo[]
  readonly command?: CommandState<DeviceCall>
  /** Without them the list only shows. */
  readonly onRevoke?: (device: string, phrase?: string) => void
  readonly onRename?: (device: string, to: string) => void
  /** Puts the end of the last command away. */
  readonly onSettled?: () => void
}

const idle = { status: 'idle' } as const
const ignore = (): void => {}

/** {@link DeviceList} for a given list of devices. */
export function DeviceListView({
  devices,
  command = idle,
  onRevoke,
  onRename,
  onSettled = ignore,
  className,
  ...props
}: DeviceListViewProps): ReactNode {
  const { devices: messages } = useMessages()
  const announce = useAnnounce()
  const [lost, setLost] = useState<DeviceInfo>()
  const list = useRef<HTMLUListElement>(null)
  const isRevoked = command.status === 'done' && command.call.name === 'revoke'
  if (isRevoked && lost !== undefined) setLost(undefined)
  useEffect(() => {
    if (command.status !== 'done') return
    const { call } = command
    onSettled()
    announce(call.name === 'revoke' ? messages.revoked : messages.renamed(call.to))
    if (call.name !== 'revoke') return
    // After the dialog gave the focus back to a row that is not there any more.
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body) list.current?.focus()
    })
  }, [announce, command, messages, onSettled])
  return (
    <div data-slot="device-list" className={classNames('echo-member-list', className)} {...props}>
      <ul ref={list} tabIndex={-1} aria-label={messages.label} className="echo-people">
        {devices.map((device) => (
          <DeviceRow
            key={device.id}
            device={device}
            {...(onRename !== undefined && { onRename: (to) => onRename(device.id, to) })}
            {...(onRevoke !== undefined &&
              device.revocable !== 'no' && {
                onLost() {
                  onSettled()
                  setLost(device)
                },
              })}
          />
        ))}
        {devices.length === 1 && <li className="echo-hint">{messages.onlyThis}</li>}
      </ul>
      {command.status === 'error' && lost === undefined && <ErrorNote said="polite" error={command.error} />}
      {onRevoke !== undefined && (
        <LostDeviceDialog
          device={lost}
          name={lost === undefined ? '' : deviceNameOf(lost, messages)}
          state={command}
          onClose={() => {
            setLost(undefined)
            onSettled()
          }}
          onRevoke={onRevoke}
        />
      )}
    </div>
  )
}
