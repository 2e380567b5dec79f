import { equalBytes } from '../../shared/bytes.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { createCodeShare, type CodeRun } from './codeExchange.ts'
import { decodeCodeMessage, encodeCodeMessage, maxCodeRuns } from './codeMessages.ts'
import { codeDeadlineMs } from './hostCode.ts'
import type { JoinLimits, JoinPipe } from './joinPipe.ts'
import type { LinkFault } from '../link/linkFault.ts'
import { decodeRefusal, type RefusalReason } from '../refusal.ts'

/** How a step between answer and log ended that did not succeed: a fault of this connection, or the host's refusal. */
export type CodeFault = { readonly fault: LinkFault } | { readonly refusal: RefusalReason } | { readonly fake: true }

/**
 * Shows the host that this person knows the code, and finds out whether the host does. Ends with new keys.
 * @param ask asks the person; `wrong` where what was typed last was not it
 */
export async function guestCode(
  pipe: JoinPipe,
  bound: Omit<CodeRun, 'code' | 'run'>,
  triesLeft: number,
  maxBytes: number,
  ask: (question: { readonly triesLeft: number; readonly wrong: boolean }) => Promise<string>,
): Promise<Result<void, CodeFault>> {
  const { transcript } = bound
  const person: JoinLimits = { maxBytes, deadlineMs: codeDeadlineMs }
  const host: JoinLimits = { maxBytes, deadlineMs: 10_000 }
  let left = triesLeft
  for (let run = 1; run <= maxCodeRuns; run++) {
    // While the person types, the host says nothing, or that it is over.
    const incoming = pipe.receive(transcript, person)
    const code = await Promise.race([ask({ triesLeft: left, wrong: run > 1 }), incoming])
    if (typeof code !== 'string') return unexpected(code)
    const own = createCodeShare({ ...bound, code, run }, 'guest')
    if (!(await pipe.send(encodeCodeMessage({ kind: 'code-a', run, share: own.share }), transcript))) return fail({ fault: 'closed' })
    pipe.allow(host)
    const answered = await incoming
    const b = answered.ok ? decodeCodeMessage('code-b', answered.value) : undefined
    if (b?.run !== run) return unexpected(answered)
    const keys = own.finish(b.share)
    if (keys === undefined) return fail({ fake: true })
    if (!(await pipe.send(encodeCodeMessage({ kind: 'tag', tag: keys.initiatorTag }), transcript))) return fail({ fault: 'closed' })
    const verdict = await pipe.receive(transcript, host)
    if (!verdict.ok) return fail({ fault: verdict.error })
    const accepted = decodeCodeMessage('code-ok', verdict.value)
    if (accepted !== undefined) {
      if (!equalBytes(accepted.tag, keys.responderTag)) return fail({ fake: true })
      pipe.rekey(transcript, keys.key)
      return ok(undefined)
    }
    const wrong = decodeCodeMessage('code-wrong', verdict.value)
    if (wrong === undefined) return unexpected(verdict)
    if (wrong.triesLeft === 0) return fail({ refusal: 'wrong-code' })
    left = wrong.triesLeft
  }
  return fail({ refusal: 'rate-limited' })
}

/** Another message than the one awaited: the host's refusal, or nothing that can go on. */
export function unexpected(message: Result<Uint8Array, LinkFault>): Result<never, CodeFault> {
  if (!message.ok) return fail({ fault: message.error })
  const refusal = decodeRefusal(message.value)
  return fail(refusal === undefined ? { fault: 'malformed' } : { refusal })
}
