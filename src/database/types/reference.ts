import { EchoError } from '../../shared/echoError.ts'
import { parseId, type ItemId } from '../../shared/ids.ts'

/** A field value that points at an item of the same space. Immutable; the item need not exist here. */
export class Reference {
  readonly id: ItemId

  /** @throws EchoError bad-value where `id` is no item id */
  constructor(id: string) {
    const parsed = parseId<ItemId>(id, 16)
    if (parsed === undefined)
      throw new EchoError('bad-value', 'A reference needs the id of an item (22 base64url characters); pass item.id.')
    this.id = parsed
    Object.freeze(this)
  }

  /** The plain id, so that a row still prints as JSON. */
  toJSON(): string {
    return this.id
  }
}
