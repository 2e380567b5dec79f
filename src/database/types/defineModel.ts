import type * as Y from 'yjs'
import type { TextModel } from '../../documents/texts/textHandle.ts'
import { EchoError } from '../../shared/echoError.ts'

/** What a model keeps its content in: a Y.Doc of the item's own, by its four parts. They exist from the beginning, so nobody makes one a second time. */
export interface ModelDocument {
  readonly map: Y.Map<unknown>
  readonly list: Y.Array<unknown>
  readonly text: Y.Text
  readonly xml: Y.XmlFragment
}

type Actions = Readonly<Record<string, (doc: ModelDocument, ...args: never[]) => unknown>>

/** How an app keeps the content of an item, with rules of its own for what happens at once; made by {@link defineModel}. */
export interface ModelType<Snapshot = unknown, A extends Actions = Actions> {
  readonly kind: 'model'
  readonly name: string
  readonly snapshot: (doc: ModelDocument) => Snapshot
  readonly actions: A
}

// oxlint-disable-next-line typescript/no-explicit-any -- the constraint that every model satisfies
export type AnyModelType = ModelType<any, any>
export type SnapshotOf<M> = M extends ModelType<infer Snapshot, Actions> ? Snapshot : never
/** The actions of a model as they are called: without the document. */
export type ActionsOf<M> =
  M extends ModelType<unknown, infer A>
    ? {
        readonly [Name in keyof A]: A[Name] extends (doc: ModelDocument, ...args: infer Args extends readonly unknown[]) => infer Answer
          ? (...args: Args) => Answer
          : never
      }
    : never

/** How an item's content is kept: fields only; fields and a text of its own, plain or rich; or fields and a model of the app's, by its name. */
export type ModelName = 'object' | 'text' | 'rich-text' | (string & {})

const taken: ReadonlySet<unknown> = new Set(['object', 'text', 'rich-text'])

/** Whether the content of an item is a text. */
export function isTextModel(model: unknown): model is TextModel {
  return model === 'text' || model === 'rich-text'
}

/** Whether a text can name a model of an app's. */
export function isCustomModelName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z][\w-]{0,63}$/.test(name) && !taken.has(name)
}

/**
 * Defines how the content of an item is kept, over a Y.Doc of its own, which is opened when it is used. What members change at once is merged by Yjs:
 * choose keys and parts so that the outcome is one that people expect.
 * @param definition.snapshot reads the document as plain, immutable data. Members can write anything into it: check what is read
 * @param definition.actions change it; each call is one step, also of `space.undo`. One that throws keeps what it had changed: check first, then write
 * @throws EchoError bad-schema for a name that is taken or no name
 * @example
 * // Each writer counts under a key of its own, so nothing is lost that several add at once.
 * const Counter = defineModel('counter', {
 *   snapshot: ({ map }) => [...map.values()].reduce((sum: number, part) => sum + (typeof part === 'number' ? part : 0), 0),
 *   actions: {
 *     add({ map }, amount: number) {
 *       const own = String(map.doc?.clientID)
 *       const before = map.get(own)
 *       map.set(own, (typeof before === 'number' ? before : 0) + amount)
 *     },
 *   },
 * })
 * const Poll = defineType('poll', z.object({ question: z.string() }), { model: Counter })
 */
export function defineModel<Snapshot, A extends Actions>(
  name: string,
  definition: { readonly snapshot: (doc: ModelDocument) => Snapshot; readonly actions: A },
): ModelType<Snapshot, A> {
  if (!isCustomModelName(name)) {
    throw new EchoError(
      'bad-schema',
      `"${String(name).slice(0, 40)}" cannot name a model: use 1 to 64 letters, digits, "-" or "_", a letter first, and none of object, text, rich-text.`,
    )
  }
  return Object.freeze({ kind: 'model', name, snapshot: definition.snapshot, actions: Object.freeze({ ...definition.actions }) })
}
