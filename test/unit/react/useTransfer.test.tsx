// @vitest-environment jsdom
import { act, screen, waitFor, type RenderResult } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import type { ExportedSpace, ExportOptions } from '../../../src/client/transfer/transferOptions.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { useExport } from '../../../src/react/useExport.ts'
import { useImport } from '../../../src/react/useImport.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { setup, type TestPeer } from '../../../src/testing/setup.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

const Task = defineType('task', z.object({ title: z.string() }))

function Exporting({ space }: { readonly space: Space | undefined }): ReactNode {
  const { state, start, reset } = useExport(space)
  return (
    <>
      <p>{state.status === 'working' ? `working ${state.progress}` : state.status === 'error' ? state.error.code : state.status}</p>
      <button onClick={() => start({ format: 'json' })}>export</button>
      <button onClick={reset}>reset</button>
    </>
  )
}

function Importing({ file }: { readonly file: Blob }): ReactNode {
  const { state, start } = useImport()
  return (
    <>
      <p>{state.status === 'done' ? state.result.info.get().name : state.status === 'error' ? state.error.code : state.status}</p>
      <button onClick={() => start(file, { name: 'Copy' })}>import</button>
    </>
  )
}

/** A space whose export goes on until it is told. */
function heldSpace(): { readonly space: Space; readonly asked: ExportOptions[]; finish(): void } {
  const asked: ExportOptions[] = []
  let finish = (): void => {}
  const space = {
    export(options: ExportOptions) {
      asked.push(options)
      return new Promise<ExportedSpace>((resolve, reject) => {
        finish = () => resolve({ blob: new Blob(), name: 'Garden.json', items: 1 })
        options.signal?.addEventListener('abort', () => reject(new EchoError('cancelled', 'Cancelled.')))
      })
    },
  } as unknown as Space
  return { space, asked, finish: () => finish() }
}

describe('useExport and useImport', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => act(() => dispose()))

  async function world(): Promise<{ readonly ann: TestPeer; readonly space: Space }> {
    const { ann, ...rest } = await setup('ann', { types: [Task], crypto: createSimulatedCrypto })
    dispose = rest.dispose
    const space = await ann.echo.spaces.create({ name: 'Garden' })
    space.create(Task, { title: 'Water' })
    return { ann, space }
  }

  const show = (peer: TestPeer, children: ReactNode): Promise<RenderResult> => renderWithEcho(children, { peer, reactStrictMode: true })

  it('write a space into a file, make a new one of a file, and say why not', async () => {
    const { ann, space } = await world()
    const shown = await show(ann, <Exporting space={space} />)
    expect(screen.getByText('idle')).toBeTruthy()
    await userEvent.click(screen.getByText('export'))
    await waitFor(() => expect(screen.getByText('done')).toBeTruthy())
    await userEvent.click(screen.getByText('reset'))
    expect(screen.getByText('idle')).toBeTruthy()
    shown.unmount()

    const { blob } = await space.export({ format: 'json' })
    const importing = await show(ann, <Importing file={blob} />)
    await userEvent.click(screen.getByText('import'))
    await waitFor(() => expect(screen.getByText('Copy')).toBeTruthy())
    const copy = await ann.echo.spaces.open(ann.echo.spaces.list.get().find(({ name }) => name === 'Copy')!.id)
    expect(copy.run(query(Task)).length).toBe(1)
    importing.unmount()

    await show(ann, <Importing file={new Blob(['nothing'])} />)
    await userEvent.click(screen.getByText('import'))
    await waitFor(() => expect(screen.getByText('import-foreign')).toBeTruthy())
  })

  it('show how far it is, are cancelled by hand, and end with the component', async () => {
    const { ann } = await world()
    const { space, asked, finish } = heldSpace()
    const shown = await show(ann, <Exporting space={space} />)
    await userEvent.click(screen.getByText('export'))
    act(() => asked[0]!.onProgress!(0.5))
    expect(screen.getByText('working 0.5')).toBeTruthy()
    await userEvent.click(screen.getByText('reset'))
    expect(asked[0]!.signal!.aborted).toBe(true)
    expect(screen.getByText('idle')).toBeTruthy()
    // What was cancelled says nothing any more.
    act(() => asked[0]!.onProgress!(0.7))
    expect(screen.getByText('idle')).toBeTruthy()
    await userEvent.click(screen.getByText('export'))
    await act(async () => finish())
    expect(screen.getByText('done')).toBeTruthy()
    await userEvent.click(screen.getByText('export'))
    shown.unmount()
    expect(asked.at(-1)!.signal!.aborted).toBe(true)

    await show(ann, <Exporting space={undefined} />)
    await userEvent.click(screen.getByText('export'))
    expect(await screen.findByText('space-closed')).toBeTruthy()
  })
})
