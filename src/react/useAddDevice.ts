'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useFlow } from './useFlow.ts'
import { useReadable } from './useReadable.ts'
import type { AddDeviceFlow, Echo } from '../client/echo.ts'
import type { AddDeviceState } from '../client/states.ts'

export interface AddDevice {
  readonly state: AddDeviceState
  /** Makes a link for one device and ten minutes; nothing exists before. */
  readonly create: AddDeviceFlow['create']
  /** Makes a device that asks one of the person's, or turns it away. */
  readonly approve: AddDeviceFlow['approve']
  readonly deny: AddDeviceFlow['deny']
  readonly cancel: AddDeviceFlow['cancel']
}

const idle: AddDeviceState = { status: 'idle' }
const begin = (echo: Echo): AddDeviceFlow => echo.addDevice()

/**
 * Adds a device of this person's, on one that is there already; the new one uses {@link usePairDevice}. A device is met while a component with this hook
 * is mounted, in one tab; what was made before is there again after a reload, until it expires.
 * @throws EchoError no-provider
 * @example
 * const adding = useAddDevice()
 * <button onClick={() => adding.create()}>Add a device</button>
 * {adding.state.status === 'waiting' && <p>{adding.state.url} {adding.state.code}</p>}
 */
export function useAddDevice(): AddDevice {
  const flow = useFlow(begin, useEcho())
  const state = useReadable(flow?.state) ?? idle
  return useMemo(
    () => ({
      state,
      create: (options) => flow?.create(options),
      approve: (guest) => flow?.approve(guest),
      deny: (guest) => flow?.deny(guest),
      cancel: () => flow?.cancel(),
    }),
    [flow, state],
  )
}
