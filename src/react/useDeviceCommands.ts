'use client'
import { useCallback, useMemo } from 'react'
import { useCommand, type CommandState } from './useCommand.ts'
import { useEcho } from './useEcho.ts'

/** What was asked for. */
export type DeviceCall =
  | { readonly name: 'revoke'; readonly device: string }
  | { readonly name: 'rename'; readonly device: string; readonly to: string }

export interface DeviceCommandsOf {
  /** Of the last command. */
  readonly state: CommandState<DeviceCall>
  /** Shuts a device out of everything; with the 24 words where this device may not. */
  readonly revoke: (device: string, phrase?: string) => void
  readonly rename: (device: string, to: string) => void
  /** Puts the last end away. */
  readonly reset: () => void
}

/**
 * Names own devices and shuts them out, one command at a time.
 * @throws EchoError no-provider
 * @example
 * const { state, revoke } = useDeviceCommands()
 * <button disabled={state.status === 'pending'} onClick={() => revoke(device.id)}>Lost</button>
 */
export function useDeviceCommands(): DeviceCommandsOf {
  const { identity, spaces } = useEcho()
  const perform = useCallback(
    async (call: DeviceCall, phrase?: string) =>
      call.name === 'rename'
        ? identity.renameDevice(call.device, call.to)
        : spaces.revokeDevice(call.device, phrase === undefined ? {} : { phrase }),
    [identity, spaces],
  )
  const { state, run, reset } = useCommand<DeviceCall, string>(perform)
  return useMemo(
    () => ({
      state,
      revoke: (device, phrase) => run({ name: 'revoke', device }, phrase),
      rename: (device, to) => run({ name: 'rename', device, to }),
      reset,
    }),
    [state, run, reset],
  )
}
