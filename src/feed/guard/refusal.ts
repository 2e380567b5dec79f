/**
 * The guard's rules (docs/PROTOCOL.md#guard): g1 bytes, g2 the one client section, g3 kinds of structs, g4 lengths, g5 references,
 * g6 values, g7 JSON, g8 delete set, g9 sizes. G10 and G11 need the document: documents/writing/guardInDocument.ts.
 */
export type GuardRule = 'g1' | 'g2' | 'g3' | 'g4' | 'g5' | 'g6' | 'g7' | 'g8' | 'g9'

/** Why an update is not let through. `reason` is a fixed text, never anything that the update holds. */
export interface GuardRefusal {
  readonly rule: GuardRule
  readonly reason: string
}

/** Carries a refusal out of the walk; caught where the walk begins and seen by nobody else. */
export class Refused extends Error {
  readonly refusal: GuardRefusal
  constructor(rule: GuardRule, reason: string) {
    super(reason)
    this.refusal = { rule, reason }
  }
}

/** Ends the walk. */
export function refuse(rule: GuardRule, reason: string): never {
  throw new Refused(rule, reason)
}
