import { bareName } from '../basics/plainName.ts'
import { saveFile } from '../basics/saveFile.ts'
import { withdrawnFile } from './withdrawnFile.ts'
import type { Messages } from '../config/messages.ts'
import type { MemberInfo } from '../../client/states.ts'
import type { WithdrawnContent } from '../../documents/verdicts/readWithdrawn.ts'

/** Offers a file of what was taken out of a space, named after it. */
export function saveWithdrawn(
  contents: readonly WithdrawnContent[],
  members: readonly MemberInfo[],
  spaceName: string,
  { notice }: Messages,
): void {
  const nameOf = (identity: string): string | undefined => members.find(({ id }) => id === identity)?.name
  saveFile(notice.fileName(bareName(spaceName)), withdrawnFile(contents, nameOf))
}
