import { within } from 'storybook/test'

/** The two sides of a story made by `withPeers`, once both show something. */
export function sidesOf(canvas: ReturnType<typeof within>) {
  const side = (name: string) => within(canvas.getByRole('region', { name }))
  return { alice: side('Alice'), bob: side('Bob') }
}

/** What travels between two peers gets so long, also on a busy machine. */
export const patience = { timeout: 10_000 }
