import { equalBytes } from '../../shared/bytes.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { createCodeShare, type CodeRun } from './codeExchange.ts'
import { decodeCodeMessage, encodeCodeMessage, maxCodeRuns } from './codeMessages.ts'
import type { JoinPipe } from './joinPipe.ts'
import type { LinkFault } from '../link/linkFault.ts'
import { decodeRefusal, type RefusalReason } from '../refusal.ts'

/** How the host judges codes. */
export interface CodeTerms extends Pick<CodeRun, 'code' | 'codeKey' | 'cpace'> {
  /** This guest device has shown the code before, over another connection. */
  readonly passed: boolean
  readonly triesLeft: number
  /**
   * Judges one try. Tries of all connections go one after the other, and what one cost is on the disk before this resolves, so that neither
   * parallel connections nor a restart give more than three. `isRight` is called only while there are tries.
   * @returns how many tries are left after a wrong one; `used-up` where there were none.
   */
  readonly judge: (isRight: () => boolean) => Promise<Result<'right' | number, RefusalReason>>
  /** Calls `listener` when the invitation ends, so that nobody types a code for nothing. @returns the function that ends it */
  readonly onEnd?: (listener: (reason: RefusalReason) => void) => () => void
}

/** Time for a person to find and type a code. */
export const codeDeadlineMs = 5 * 60_000
const openingLimits = { maxBytes: 1024, deadlineMs: codeDeadlineMs }
const tagLimits = { maxBytes: 1024, deadlineMs: 10_000 }

/**
 * Lets the guest show that it knows the code. The guest's tag comes first: until then it has learnt nothing, so that breaking off costs no try.
 * Ends with new keys, which who does not know the code does not have.
 */
export async function hostCode(
  pipe: JoinPipe,
  terms: CodeTerms,
  bound: Omit<CodeRun, 'code' | 'codeKey' | 'cpace' | 'run'>,
): Promise<Result<void, LinkFault | RefusalReason>> {
  const { transcript } = bound
  for (let run = 1; run <= maxCodeRuns; run++) {
    const opening = await receiveOpening(pipe, transcript, terms.onEnd)
    if (!opening.ok) return opening
    const a = decodeCodeMessage('code-a', opening.value)
    if (a?.run !== run) return fail(decodeRefusal(opening.value) ?? 'malformed')
    const own = createCodeShare({ ...bound, ...terms, run }, 'host')
    const keys = own.finish(a.share)
    if (keys === undefined) return fail('bad-key')
    if (!(await pipe.send(encodeCodeMessage({ kind: 'code-b', run, share: own.share }), transcript))) return fail('closed')
    const closing = await pipe.receive(transcript, tagLimits)
    if (!closing.ok) return closing
    const tag = decodeCodeMessage('tag', closing.value)
    if (tag === undefined) return fail(decodeRefusal(closing.value) ?? 'malformed')
    // The key of the tag serves this one comparison, so its timing tells nothing that a second try could use.
    const judged = await terms.judge(() => equalBytes(tag.tag, keys.initiatorTag))
    if (!judged.ok) return judged
    if (judged.value === 'right') {
      if (!(await pipe.send(encodeCodeMessage({ kind: 'code-ok', tag: keys.responderTag }), transcript))) return fail('closed')
      pipe.rekey(transcript, keys.key)
      return ok(undefined)
    }
    if (!(await pipe.send(encodeCodeMessage({ kind: 'code-wrong', triesLeft: judged.value }), transcript))) return fail('closed')
    if (judged.value === 0) return fail('wrong-code')
  }
  return fail('rate-limited')
}

/** What the guest says when its person has typed a code, unless the invitation ends before. */
async function receiveOpening(
  pipe: JoinPipe,
  transcript: Uint8Array,
  onEnd: CodeTerms['onEnd'],
): Promise<Result<Uint8Array, LinkFault | RefusalReason>> {
  let stop: (() => void) | undefined
  const over = new Promise<Result<never, RefusalReason>>((resolve) => {
    stop = onEnd?.((reason) => resolve(fail(reason)))
  })
  const opening = await Promise.race([pipe.receive(transcript, openingLimits), over])
  stop?.()
  return opening
}
