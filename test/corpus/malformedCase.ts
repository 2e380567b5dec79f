import type { GuardRule } from '../../src/feed/guard/refusal.ts'

/** One hostile input as data: what it is, its bytes or how they come about, and who must refuse it with which code. */
export interface MalformedCase<Input> {
  /** What is wrong with it, in words; unique within its kind. */
  readonly name: string
  readonly input: Input
  /** The code of the refusal. */
  readonly code: string
}

/** A Yjs update for the document of {@link updateCases}; the judge puts it into a block that is signed and sealed properly. */
export interface UpdateCase extends MalformedCase<(client: number) => Uint8Array> {
  readonly code: GuardRule
  /** Where the header says that the update's clocks end; 7 where absent. */
  readonly to?: number
}
