import type { Space } from '../../src/client/echo.ts'
import { setup } from '../../src/testing/setup.ts'

/** Compiled, never run: what the documentation of setup shows must compile as it stands. */
export async function example(): Promise<void> {
  const { alice, bob, cleo, shareSpace } = await setup('alice', 'bob', 'cleo')
  const [hers, his] = await shareSpace('Garden', alice, bob)
  const both: readonly [Space, Space] = [hers, his]
  const three: [Space, Space, Space] = await shareSpace('Garden', alice, bob, cleo)
  const [alone] = await shareSpace('Garden', alice)
  alone.setName(`${both.length} ${three.length}`)
  // @ts-expect-error -- two were named, there is no third
  await shareSpace('Garden', alice, bob).then(([, , third]) => third)
  const [first, second] = await shareSpace('Garden', alice, ...[bob, cleo].slice(1))
  first.setName('the one who made it is always there')
  // @ts-expect-error -- how many there are is known at run time only
  second.setName('perhaps')
}
