'use client'
import { use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { createEcho } from '../client/createEcho.ts'
import { EchoError } from '../shared/echoError.ts'
import { EchoContext, type EchoContextValue } from './echoContext.ts'
import { inDevelopment } from './inDevelopment.ts'
import { createInviteCache } from './inviteCache.ts'
import { createSpaceCache } from './spaceCache.ts'
import { createOpeningCache } from './openingCache.ts'
import { useReadable } from './useReadable.ts'
import type { Echo, EchoConfig } from '../client/echo.ts'
import type { EchoState } from '../client/states.ts'

interface EchoProviderOptions {
  /** Shown while the database opens, and on a server. */
  readonly fallback?: ReactNode
  /** Shown when the database cannot be opened; without it the error goes to the nearest error boundary. */
  readonly errorFallback?: (error: EchoError) => ReactNode
  /** Called for faults that no call can throw. */
  readonly onError?: (error: EchoError) => void
  readonly children?: ReactNode
}

/** Either a handle made at module level, or the configuration of one that the provider makes and disposes of. */
export type EchoProviderProps = EchoProviderOptions &
  (({ readonly echo: Echo } & { readonly [K in ConfigKey]?: never }) | ({ readonly echo?: undefined } & Omit<EchoConfig, 'onError'>))

type ConfigKey = Exclude<keyof EchoConfig, 'onError'>

const atServer: EchoState = { status: 'opening' }

/**
 * Gives the components below it a database. With `echo` it uses that handle and never disposes of it; with `app`, `types` … it makes one
 * when it mounts and disposes of it when it unmounts. The configuration is read once: changing it neither reboots nor passes silently.
 * @throws EchoError two-providers where another provider of the same app is above; whatever kept the database from opening
 * @example
 * const echo = createEcho({ app: 'field-notes', types: [Task], signaling: ['wss://signal.example'] })
 * <EchoProvider echo={echo} fallback={<p>Opening…</p>}><Notes /></EchoProvider>
 */
export function EchoProvider(props: EchoProviderProps): ReactNode {
  const { fallback, errorFallback, onError, children } = props
  const above = use(EchoContext)
  const app = props.echo?.app ?? props.app
  if (above !== undefined && above.echo.app === app) {
    throw new EchoError(
      'two-providers',
      `An <EchoProvider> for the app "${app}" is inside another one of the same app: two databases would share one storage. Keep the outer one and remove this one.`,
    )
  }
  const report = useReporter(onError)
  const made = useMadeEcho(props.echo === undefined ? configOf(props) : undefined, report)
  const echo = props.echo ?? made
  useEffect(() => props.echo?.onError(report), [props.echo, report])
  const state = useReadable(echo?.state, atServer)
  const failure = state?.status === 'error' ? state.error : undefined
  useEffect(() => {
    if (failure !== undefined) report(failure)
  }, [failure, report])
  const value = useMemo<EchoContextValue | undefined>(
    () =>
      echo === undefined
        ? undefined
        : {
            echo,
            spaces: createSpaceCache(echo),
            texts: createOpeningCache(),
            models: createOpeningCache(),
            invites: createInviteCache(),
            report,
          },
    [echo, report],
  )

  if (failure !== undefined) {
    if (errorFallback === undefined) throw failure
    return errorFallback(failure)
  }
  // Who is locked out is asked for the passphrase below, by IdentityGate.
  if (value === undefined || (state?.status !== 'ready' && state?.status !== 'locked')) return fallback
  return <EchoContext value={value}>{children}</EchoContext>
}

/** A stable function that hands each error to the present `onError`, once. */
function useReporter(onError: ((error: EchoError) => void) | undefined): (error: EchoError) => void {
  const latest = useRef(onError)
  const reported = useRef(new WeakSet<EchoError>())
  useEffect(() => {
    latest.current = onError
  }, [onError])
  return useCallback((error: EchoError) => {
    if (reported.current.has(error)) return
    reported.current.add(error)
    latest.current?.(error)
  }, [])
}

function configOf(props: Omit<EchoConfig, 'onError'>): EchoConfig {
  const { app, types, signaling, iceServers, inviteUrl, ports } = props
  return {
    app,
    ...(types && { types }),
    ...(signaling && { signaling }),
    ...(iceServers && { iceServers }),
    ...(inviteUrl !== undefined && { inviteUrl }),
    ...(ports && { ports }),
  }
}

/** The handle that the provider makes from `config`; undefined until it has mounted, and on a server. */
function useMadeEcho(config: EchoConfig | undefined, report: (error: EchoError) => void): Echo | undefined {
  const [first] = useState(config)
  const [echo, setEcho] = useState<Echo>()
  const holder = useRef<{ readonly echo: Echo; disposal: ReturnType<typeof setTimeout> | undefined }>(undefined)
  useEffect(() => {
    if (first === undefined) return
    const held = holder.current ?? { echo: createEcho({ ...first, onError: report }), disposal: undefined }
    clearTimeout(held.disposal)
    holder.current = held
    setEcho(held.echo)
    return () => {
      // StrictMode and Fast Refresh end and begin effects in one task; only an end that stays disposes.
      held.disposal = setTimeout(() => {
        holder.current = undefined
        setEcho(undefined)
        held.echo.dispose().catch((cause: unknown) => {
          report(
            new EchoError(
              'disposed',
              'The database could not be closed cleanly after its provider was unmounted; what was stored before is safe.',
              { cause },
            ),
          )
        })
      }, 0)
    }
  }, [first, report])
  useChangeWarning(first, config)
  return echo
}

/** Says once, in development, that a changed configuration has no effect. */
function useChangeWarning(first: EchoConfig | undefined, config: EchoConfig | undefined): void {
  const warned = useRef(false)
  useEffect(() => {
    if (warned.current || !inDevelopment() || first === config) return
    const changed =
      first === undefined || config === undefined ? ['echo'] : configKeys.filter((key) => !sameSetting(first[key], config[key]))
    if (changed.length === 0) return
    warned.current = true
    // oxlint-disable-next-line no-console -- the mistake is in the source, so the developer's console is where to say it
    console.warn(
      `<EchoProvider>: ${changed.join(', ')} changed after the first render and has no effect, because a new configuration would close the database. ` +
        'Give the provider another `key` to start over, or make the handle with createEcho at module level.',
    )
  }, [first, config])
}

const configKeys = ['app', 'types', 'signaling', 'iceServers', 'inviteUrl', 'ports'] as const

/** Whether two settings mean the same: inline arrays and objects are new in every render, and a module reload makes types anew under their names. */
function sameSetting(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, index) => sameSetting(entry, b[index]))
  if (isNamed(a) && isNamed(b)) return a.name === b.name
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => sameSetting(Reflect.get(a, key), Reflect.get(b, key)))
}

function isNamed(value: object): value is { readonly name: string } {
  return 'name' in value && typeof value.name === 'string' && 'schema' in value
}
