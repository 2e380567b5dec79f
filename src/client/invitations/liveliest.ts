import type { Activity } from '../../replication/presence/presenceMessage.ts'

const order: readonly Activity[] = ['active', 'idle', 'away']

/** Of two tabs or devices of one person, what the livelier one does. */
export function liveliest(a: Activity | undefined, b: Activity): Activity {
  return a !== undefined && order.indexOf(a) < order.indexOf(b) ? a : b
}
