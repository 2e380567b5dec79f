import { useState } from 'react'
import { EchoError, useEcho } from 'echo-react'
import { navigate } from './route.ts'

export interface CreateSpace {
  /** Makes a space and goes there. @returns whether it worked. */
  readonly create: (name: string) => Promise<boolean>
  readonly busy: boolean
  readonly error: EchoError | undefined
}

/** Makes spaces. With the first one there is something to lose, so the browser is asked to keep the data for good. */
export function useCreateSpace(): CreateSpace {
  const echo = useEcho()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<EchoError>()

  async function create(name: string): Promise<boolean> {
    setBusy(true)
    setError(undefined)
    try {
      const first = echo.spaces.list.get().length === 0
      const space = await echo.spaces.create({ name })
      navigate({ space: space.id })
      if (first) await echo.storage.persist()
      return true
    } catch (cause) {
      if (!(cause instanceof EchoError)) throw cause
      setError(cause)
      return false
    } finally {
      setBusy(false)
    }
  }

  return { create, busy, error }
}
