import type { Random } from '../../shared/ports.ts'

/** Six digits, each number as likely as the others. */
export function createInvitationCode(random: Random): string {
  for (;;) {
    const value = new DataView(random.bytes(4).buffer).getUint32(0)
    // The last part of the range would make some codes likelier than others.
    if (value < 4_294_000_000) return String(value % 1_000_000).padStart(6, '0')
  }
}
