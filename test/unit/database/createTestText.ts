import * as Y from 'yjs'
import { followTextHistory, type TextSteps } from '../../../src/documents/texts/textHistory.ts'
import type { Clock } from '../../../src/shared/ports.ts'
import type { ItemId } from '../../../src/shared/ids.ts'

/** A text on a bare Y.Doc whose edits become steps. */
export interface TestText {
  readonly yText: Y.Text
  /** How many times something keeps it open. */
  readonly users: () => number
  /** Takes over what another has. */
  pull(other: TestText): void
  end(): void
}

export function createTestText(name: string, client: number, clock: Clock, steps?: TextSteps): TestText {
  const doc = new Y.Doc({ gc: false })
  doc.clientID = client
  const yText = doc.getText('text')
  let users = 0
  const retain = (): (() => void) => {
    users++
    return () => users--
  }
  const end = steps && followTextHistory({ item: name as ItemId, types: [yText], clock, steps, retain })
  return {
    yText,
    users: () => users,
    pull: (other) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(other.yText.doc!, Y.encodeStateVector(doc))),
    end: () => end?.(),
  }
}
