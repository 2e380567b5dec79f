'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { DeviceInfo } from '../client/states.ts'

/**
 * The person's own devices, this one among them; none while nobody is here.
 * @throws EchoError no-provider
 * @example
 * const devices = useDevices()
 * return <p>You use {devices.length} devices.</p>
 */
export function useDevices(): readonly DeviceInfo[] {
  return useReadable(useEcho().identity.devices)
}
