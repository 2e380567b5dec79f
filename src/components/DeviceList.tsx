'use client'
import type { ComponentProps, ReactNode } from 'react'
import { useDevices } from '../react/useDevices.ts'
import { classNames } from './classNames.ts'
import { useMessages } from './EchoUiConfig.tsx'
import type { DeviceInfo } from '../client/states.ts'

/**
 * The person's own devices.
 * @example
 * <DeviceList />
 */
export function DeviceList(props: ComponentProps<'ul'>): ReactNode {
  return <DeviceListView {...props} devices={useDevices()} />
}

/** {@link DeviceList} for a given list of devices. Each is named by the beginning of its key, which is the same on every device. */
export function DeviceListView({
  devices,
  className,
  ...props
}: ComponentProps<'ul'> & { readonly devices: readonly DeviceInfo[] }): ReactNode {
  const { devices: messages } = useMessages()
  return (
    <ul data-slot="device-list" aria-label={messages.label} className={classNames('echo-people', className)} {...props}>
      {devices.map(({ id, isThis }) => (
        <li key={id} data-slot="device" data-state={isThis ? 'this' : 'other'}>
          <code>{id.slice(0, 8)}</code>
          {isThis && <span className="echo-hint">{messages.thisDevice}</span>}
        </li>
      ))}
      {devices.length === 1 && <li className="echo-hint">{messages.onlyThis}</li>}
    </ul>
  )
}
