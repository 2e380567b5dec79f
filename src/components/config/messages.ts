import type { EchoError, EchoErrorCode } from '../../shared/echoError.ts'
import type { Role } from '../../access/membershipLog.ts'
import type { Activity } from '../../replication/presence/presenceMessage.ts'
import type { Obstacle } from '../../client/spaces/spacePermissions.ts'
import type { DiagnosticCheck, DiagnosticFinding, Diagnostics } from '../../client/diagnostics/diagnostics.ts'
import type { SpaceState } from '../../client/states.ts'
import type { QrScanState } from '../invitations/useQrScan.ts'

type FindingOf<Code, Finding = DiagnosticFinding> = Finding extends { readonly code: infer Own }
  ? Code extends Own
    ? Finding
    : never
  : never

/** What is put into the text about a finding. */
type FindingText<Finding> = Finding extends { readonly aheadMs: number }
  ? (person: string, aheadMs: number) => string
  : Finding extends { readonly reason: unknown }
    ? (url: string, reason: number | undefined) => string
    : Finding extends { readonly url: string }
      ? (url: string) => string
      : Finding extends { readonly space: unknown }
        ? (space: string) => string
        : string

/** Every word the kit shows: strings, and functions where something is put in. Override any part through `<EchoUiConfig messages={…}>`. */
export interface Messages {
  readonly common: {
    /** Names the cross in a dialog's corner. */
    readonly close: string
    /** Ends what has come to its end. */
    readonly done: string
    readonly cancel: string
    readonly back: string
    readonly retry: string
    readonly loading: string
    readonly details: string
    /** What has to be typed before much is deleted. */
    readonly deleteWord: string
    readonly typeToConfirm: (word: string) => string
    /** A span of time as a clock shows it; whole seconds. */
    readonly clock: (seconds: number) => string
    /** The same span in words, for a screen reader, after what it is the time of. */
    readonly timeLeft: (seconds: number) => string
    /** Stands for bytes, which are no text. */
    readonly bytes: (count: number) => string
    /** Asks whether a dialog is to be closed although something is lost, which one of the other texts names. */
    readonly lossTitle: string
    readonly lossTyped: string
    readonly closeAnyway: string
    /** Leaves the dialog open. */
    readonly stay: string
  }
  readonly roles: { readonly [R in Role]: string }
  /** What a role may do, in one sentence. */
  readonly roleHints: { readonly [R in Role]: string }
  readonly identity: {
    readonly createTitle: string
    readonly createHint: string
    readonly recoverTitle: string
    readonly recoverHint: string
    readonly name: string
    readonly namePlaceholder: string
    readonly nameMissing: string
    /** What the person has comes from other devices, and has not yet. */
    readonly awaitsDevices: string
    /** Why a name may be entered beside the words, and need not be. */
    readonly recoverNameHint: string
    readonly create: string
    readonly creating: string
    readonly toRecover: string
    readonly toPair: string
    readonly toCreate: string
    readonly phrase: string
    readonly phraseCount: (count: number) => string
    /** Why the words are no phrase: the word at `position`, from 1, is not in the list. */
    readonly phraseUnknownWord: (position: number) => string
    /** There are more or fewer than 24; `count` is undefined for a text that is far too long. */
    readonly phraseWordCount: (count: number | undefined) => string
    /** Each word is in the list, but not in this company or order. */
    readonly phraseChecksum: string
    /** They are somebody else's than the account's on this device. */
    readonly phraseOther: string
    readonly recover: string
    readonly recovering: string
  }
  readonly invalid: {
    readonly label: string
    readonly none: string
    readonly hint: (count: number) => string
    readonly more: (count: number) => string
    readonly stored: string
    readonly delete: string
    /** For a screen reader: the beginning of the item's id. */
    readonly deleteNamed: (id: string) => string
  }
  readonly conflicts: {
    readonly badge: (count: number) => string
    readonly label: string
    readonly title: string
    readonly hint: string
    readonly settled: string
    readonly someone: string
    /** Names the value that stands. */
    readonly kept: string
    /** Names one that lost against it. */
    readonly lost: string
    /** Milliseconds since the Unix epoch, by the author's clock. */
    readonly writtenBy: (name: string, time: number) => string
    /** In the place of a value where the field was emptied. */
    readonly unset: string
    readonly restore: string
    readonly restoreNamed: (field: string, by: string) => string
    readonly restored: string
  }
  readonly graph: {
    readonly label: string
    readonly empty: string
    readonly untitled: string
    /** What a screen reader says of an item: its name, and what it links to. */
    readonly node: (name: string, targets: readonly string[]) => string
    readonly shown: (shown: number, total: number) => string
    readonly zoomIn: string
    readonly zoomOut: string
  }
  readonly trash: {
    readonly label: string
    readonly empty: string
    readonly untitled: string
    readonly with: (count: number) => string
    readonly by: (name: string) => string
    /** Milliseconds since the Unix epoch. */
    readonly at: (time: number) => string
    readonly more: (count: number) => string
    readonly restore: string
    readonly restoreNamed: (title: string) => string
    readonly restored: (title: string) => string
    readonly purge: string
    readonly purgeNamed: (title: string) => string
    readonly purgeTitle: (title: string) => string
    readonly purgeHint: (count: number) => string
    readonly purgeConfirm: string
    readonly purged: (title: string) => string
  }
  readonly passphrase: {
    readonly lockedTitle: string
    readonly lockedHint: string
    readonly field: string
    readonly current: string
    readonly next: string
    readonly again: string
    readonly show: string
    readonly unlock: string
    readonly unlocking: string
    readonly forgot: string
    readonly wrong: string
    /** A new one is shorter than `least` characters. */
    readonly tooShort: (least: number) => string
    readonly notSame: string
    readonly button: string
    readonly setTitle: string
    readonly setHint: string
    readonly setWarning: string
    readonly set: string
    readonly setting: string
    readonly title: string
    readonly hint: string
    readonly lock: string
    readonly locking: string
    readonly changeTitle: string
    readonly change: string
    readonly changing: string
    readonly removeTitle: string
    readonly removeHint: string
    readonly remove: string
    readonly removing: string
    readonly wasSet: string
    readonly wasChanged: string
    readonly wasRemoved: string
  }
  readonly profile: {
    readonly emoji: string
    readonly colour: string
    readonly save: string
    readonly saved: string
  }
  readonly members: {
    readonly label: string
    /** Behind the own name. */
    readonly you: string
    readonly onlyYou: string
    /** In the place of a name that was never given. */
    readonly unnamed: string
    /** Names the select of a member's role. */
    readonly roleOf: (name: string) => string
    readonly roleChanged: (name: string, role: string) => string
    readonly changing: string
    readonly notAllowed: string
    /** Why nothing can be done about an owner, and by an admin about another admin. */
    readonly ownersStay: string
    readonly onlyOwners: string
    readonly remove: string
    readonly removeNamed: (name: string) => string
    readonly removeTitle: (name: string) => string
    readonly removeReads: string
    readonly removeDevices: string
    readonly removeKeys: string
    readonly removeStays: string
    readonly removing: string
    readonly removed: (name: string) => string
    readonly ownerTitle: (name: string) => string
    readonly ownerHint: string
    readonly ownerConfirm: (name: string) => string
    readonly leave: string
    readonly leaveTitle: (space: string) => string
    readonly leaveStays: string
    readonly leaveDevices: string
    readonly leaveAlone: string
    readonly leaveUnsent: string
    readonly leaveLastOwner: string
    readonly leaveConfirm: string
    readonly leaving: string
    readonly left: string
  }
  readonly invitations: {
    readonly label: string
    readonly none: string
    /** Names an invitation, by the role that it gives. */
    readonly title: (role: string) => string
    readonly by: (name: string) => string
    /** Milliseconds left. */
    readonly expires: (left: number) => string
    readonly uses: (left: number, of: number) => string
    readonly waiting: (count: number) => string
    readonly withCode: string
    readonly withApproval: string
    readonly delegated: string
    readonly ends: { readonly expired: string; readonly revoked: string; readonly 'used-up': string; readonly locked: string }
    readonly showLink: string
    readonly hideLink: string
    readonly revoke: string
    readonly revokeNamed: (title: string) => string
    /** A command on the invitation is under way. */
    readonly busy: string
    readonly revoked: string
  }
  /** Why something is not allowed, in one sentence. */
  readonly obstacles: { readonly [O in Obstacle]: string }
  /** What became of a space, and of what was written in it. */
  readonly notice: {
    /** `names` of who did it; none where they are not known. */
    readonly removed: (names: readonly string[]) => string
    /** Another own device, or the words, shut this one out. */
    readonly revoked: string
    readonly left: string
    /** Milliseconds since the Unix epoch. */
    readonly since: (time: number) => string
    readonly readable: string
    readonly ownWithdrawn: (count: number) => string
    readonly withdrawnTitle: string
    readonly withdrawn: (count: number) => string
    readonly save: string
    readonly fileName: (space: string) => string
    readonly joinAgain: string
    readonly forget: string
  }
  readonly devices: {
    readonly label: string
    readonly thisDevice: string
    readonly onlyThis: string
    readonly online: string
    /** Milliseconds since the Unix epoch. */
    readonly added: (time: number) => string
    /** For a device without a name: the beginning of its key. */
    readonly unnamed: (key: string) => string
    readonly rename: string
    readonly renameNamed: (name: string) => string
    readonly newName: (name: string) => string
    readonly saveName: string
    readonly renamed: (name: string) => string
    readonly lost: string
    readonly lostNamed: (name: string) => string
    readonly lostTitle: (name: string) => string
    readonly lostShutOut: string
    readonly lostKeys: string
    readonly lostCopy: string
    readonly lostPhrase: string
    readonly shutOut: (name: string) => string
    readonly shuttingOut: string
    readonly revoked: string
  }
  readonly scan: {
    readonly start: string
    readonly stop: string
    /** What goes on, or what is in the way and how to do without. */
    readonly states: { readonly [S in QrScanState['status']]: string }
  }
  readonly deleteSpace: {
    /** An empty name: a space without one. */
    readonly title: (space: string) => string
    /** All devices of the person's. */
    readonly everywhere: string
    /** This device alone, which was shut out. */
    readonly here: string
    readonly back: string
    readonly alone: string
    /** This many changes were taken out of the space and are kept nowhere else. */
    readonly withdrawn: (count: number) => string
    readonly member: string
    readonly lastOwner: string
    readonly confirm: string
    readonly deleting: string
    readonly deleted: string
  }
  readonly signOut: {
    readonly title: string
    readonly warning: string
    readonly wordsUnsaved: string
    readonly erase: string
    readonly erasing: string
  }
  readonly phrase: {
    readonly noticeTitle: string
    readonly notice: string
    readonly save: string
    readonly later: string
    /** Read by a screen reader when the words are safe, and when that was put off. */
    readonly saved: string
    readonly putOff: string
    readonly title: string
    readonly warning: string
    readonly reveal: string
    readonly listLabel: string
    readonly written: string
    readonly confirmTitle: string
    readonly confirm: string
    readonly confirmYes: string
    readonly showAgain: string
  }
  readonly invite: {
    readonly button: string
    readonly notAllowed: string
    /** Beside the button while links are out. */
    readonly open: (count: number) => string
    /** Beside the one that is shown. */
    readonly others: (count: number) => string
    /** Makes one more link, and leaves the one that is out as it is. */
    readonly further: string
    readonly title: (space: string) => string
    readonly hint: string
    readonly role: string
    readonly create: string
    readonly creating: string
    readonly withCode: string
    readonly withApproval: string
    readonly withOthers: string
    readonly lasts: string
    readonly lifetimes: { readonly now: string; readonly hour: string; readonly day: string; readonly week: string; readonly month: string }
    readonly people: string
    readonly waitingSent: (usesLeft: number) => string
    readonly code: string
    readonly codeHint: string
    readonly verifyingTitle: string
    readonly verifying: string
    readonly approvingTitle: string
    readonly asks: (guest: string) => string
    readonly approve: (guest: string) => string
    readonly deny: (guest: string) => string
    /** The names of those who joined. */
    readonly usedUpTitle: (names: readonly string[]) => string
    readonly usedUp: string
    readonly lockedTitle: string
    readonly locked: string
    readonly waitingTitle: string
    readonly waiting: string
    readonly link: string
    readonly copy: string
    readonly copied: string
    readonly copyFailed: string
    /** Below a link that leads to an app on the very machine, as while one develops. */
    readonly thisMachineOnly: string
    readonly share: string
    readonly shareText: (space: string) => string
    readonly shareFailed: string
    readonly expires: string
    readonly cancelInvitation: string
    readonly connectingTitle: string
    readonly connecting: string
    readonly admittingTitle: (guest: string) => string
    readonly admitting: string
    readonly successTitle: (guest: string) => string
    readonly success: (guest: string, space: string) => string
    readonly another: string
    readonly expiredTitle: string
    readonly expired: string
    readonly renew: string
    readonly cancelledTitle: string
    readonly cancelled: string
    readonly errorTitle: string
  }
  /** On a device that is there, for one that is to be added. */
  readonly addDevice: {
    readonly button: string
    readonly title: string
    readonly hint: string
    /** Which device can shut out which. */
    readonly rank: string
    readonly wordsStay: string
    readonly check: string
    readonly byCode: string
    readonly byDigits: string
    readonly create: string
    readonly creating: string
    readonly waitingTitle: string
    readonly waiting: string
    readonly link: string
    readonly qr: string
    readonly shareText: string
    readonly code: string
    readonly codeHint: string
    readonly digitsHint: string
    readonly expires: string
    readonly cancel: string
    readonly connectingTitle: string
    readonly connecting: string
    readonly verifying: string
    readonly approvingTitle: string
    readonly asks: (device: string) => string
    readonly approve: (device: string) => string
    readonly deny: (device: string) => string
    readonly asksByDigits: (device: string) => string
    readonly approveDigits: string
    readonly denyDigits: string
    readonly admittingTitle: string
    readonly admitting: string
    readonly successTitle: string
    readonly success: (device: string) => string
    readonly expiredTitle: string
    readonly expired: string
    readonly usedUpTitle: string
    readonly usedUp: string
    readonly lockedTitle: string
    readonly locked: string
    readonly cancelledTitle: string
    readonly cancelled: string
    readonly renew: string
    readonly errorTitle: string
    readonly lossByClosing: string
  }
  /** On a device that is to be added. */
  readonly pair: GuestTexts & {
    readonly previewTitle: string
    readonly preview: (person: string | undefined) => string
    readonly onlyYours: string
    readonly accept: string
    readonly occupiedTitle: string
    readonly occupied: (spaces: number) => string
    readonly comparingTitle: string
    readonly comparing: string
    readonly same: string
    readonly differ: string
    readonly confirmThere: string
    readonly successTitle: string
    readonly success: string
  }
  readonly join: {
    /** What errors mean here, where that differs from elsewhere. */
    readonly faults: { readonly [Code in EchoErrorCode]?: string }
    readonly title: string
    readonly hint: string
    readonly link: string
    readonly continue: string
    readonly invalidTitle: string
    readonly previewTitle: (space: string | undefined) => string
    readonly from: string
    readonly space: string
    readonly youWillBe: string
    readonly unknown: string
    readonly unverified: string
    readonly accept: string
    readonly identityTitle: string
    readonly identityHint: string
    readonly connectingTitle: string
    readonly connecting: (inviter: string | undefined) => string
    readonly slow: string
    readonly offlineTitle: string
    readonly offline: (inviter: string | undefined) => string
    readonly givesUpIn: string
    readonly codeTitle: string
    readonly code: string
    readonly codeHint: string
    readonly wrongCodeTitle: string
    readonly wrongCode: (attemptsLeft: number) => string
    readonly checking: string
    readonly timeLeft: string
    readonly pendingTitle: string
    readonly pending: (inviter: string | undefined) => string
    readonly revokedTitle: string
    readonly revoked: string
    readonly syncingTitle: string
    readonly syncing: string
    readonly progress: string
    readonly successTitle: string
    readonly success: string
    readonly alreadyMember: string
    readonly openSpace: string
    readonly expiredTitle: string
    readonly expired: string
    readonly usedUpTitle: string
    readonly usedUp: string
    readonly deniedTitle: string
    readonly denied: string
    readonly cancelledTitle: string
    readonly cancelledByMe: string
    readonly cancelledByHost: string
    readonly errorTitle: string
    readonly lossByClosing: string
    readonly otherLink: string
  }
  readonly sync: {
    readonly offline: string
    /** No signaling server answers. */
    readonly unreachable: string
    readonly connecting: string
    readonly syncing: string
    readonly percent: (part: number) => string
    /** Nobody else of the space is on the network. */
    readonly alone: string
    readonly saving: string
    /** @param own further devices of this person @param people other members, who have it on a device */
    readonly saved: (own: number, people: number) => string
    /** @param count edits that nobody else has yet */
    readonly waiting: (count: number) => string
    /** No member any more. */
    readonly ended: string
    /** @param peers devices of members, and one's own others */
    readonly upToDate: (peers: number) => string
    readonly newerVersion: string
    readonly error: string
    readonly unsaved: (count: number) => string
  }
  /** Why devices do not connect. Names come fit to stand in a sentence, addresses without secrets; times in milliseconds. */
  readonly doctor: {
    readonly label: string
    readonly verdicts: { readonly [Status in Diagnostics['status']]: string }
    readonly checks: { readonly [Name in DiagnosticCheck['name']]: string }
    readonly states: { readonly [Status in DiagnosticCheck['status']]: string }
    /** What is so, why, and what to do. */
    readonly findings: { readonly [Code in DiagnosticFinding['code']]: FindingText<FindingOf<Code>> }
    /** Stands for further findings of the same check, or further peers. */
    readonly more: (count: number) => string
    readonly server: (url: string, roundTripMs: number) => string
    readonly addresses: (local: number, outside: number, relayed: number) => string
    readonly peers: string
    readonly person: string
    readonly way: string
    readonly data: string
    readonly tab: string
    readonly paths: { readonly [Path in Diagnostics['peers'][number]['path']]: string }
    readonly roundTrip: (ms: number) => string
    readonly traffic: (bytesSent: number, bytesReceived: number) => string
    readonly lacking: (blocks: number) => string
    readonly copy: string
    readonly copied: string
    readonly copyFailed: string
    /** Names the text that can be copied by hand. */
    readonly report: string
  }
  /** Why nobody can be met, and what to do. What is wrong with the server or the browser itself stands in `errors`. */
  readonly network: {
    readonly off: string
    readonly switchOn: string
    readonly unreachableHint: string
    readonly unsupportedHint: string
    /** In the place of the error's text where the app names no signaling server. */
    readonly unconfigured: string
  }
  /** How this device keeps what is written. */
  readonly storage: {
    readonly label: string
    readonly mayBeEvicted: string
    readonly denied: string
    /** Hardly any room is left, and what to do. */
    readonly nearlyFull: string
    /** @param part of the room, from 0 to 1 */
    readonly used: (part: number) => string
    readonly keep: string
    readonly askAgain: string
    readonly later: string
    readonly emptied: string
    /** Behind an error: what is shown lives on in this tab. */
    readonly stillHere: string
  }
  readonly presence: {
    /** Said of a person; `offline`: not here at all. */
    readonly activity: Readonly<Record<Activity | 'offline', string>>
    readonly label: string
    readonly alone: string
    readonly more: (count: number) => string
    readonly moreNames: (names: readonly string[]) => string
  }
  readonly editor: {
    /** Names the toolbar of an editor by the editor's own label. */
    readonly toolbar: (label: string) => string
    readonly bold: string
    readonly italic: string
    readonly code: string
    readonly link: string
    readonly heading: string
    readonly list: string
    readonly task: string
    /** What was typed or pasted is not taken, for it would make the text `length` characters long. */
    readonly tooLong: (max: number, length: number) => string
    /** The text is as long as it may be. */
    readonly fullAt: (max: number) => string
    /** A character that cannot be seen, by its code point. */
    readonly unseen: (code: string) => string
  }
  readonly richText: {
    /** In the place of an editor that would lose what a newer version of the app wrote. */
    readonly newerTitle: string
    readonly newerHint: string
    /** Nothing more can be written. */
    readonly fullHint: string
    readonly strike: string
    /** Of level 1 to 3. */
    readonly headingOf: (level: number) => string
    readonly bulletList: string
    readonly orderedList: string
    readonly taskList: string
    readonly blockquote: string
    readonly codeBlock: string
    readonly undo: string
    readonly redo: string
    readonly linkAddress: string
    readonly linkApply: string
    readonly linkRemove: string
    readonly linkInvalid: string
    /** Names the box of a task. */
    readonly taskNamed: (text: string) => string
    /** Something pasted or put in by the app has no place in a text. */
    readonly unfitHint: string
    /** The browser did not open the page that a link leads to. */
    readonly linkBlocked: string
    /** Opens the choice of a file. */
    readonly image: string
    /** Opens the form in which the selected picture is described. */
    readonly imageDescribe: string
    readonly imageDescription: string
    /** In the place of a description, for screen readers. */
    readonly imageUndescribed: string
    /** Why a picture was not put in: no picture of a known kind; too large; no more room for pictures. */
    readonly imageFaults: { readonly kind: string; readonly size: string; readonly room: string }
    /** Opens the list of those who can be mentioned. */
    readonly mention: string
    /** Opens the list of items that can be linked to. */
    readonly itemLink: string
    /** Of a link to an item that is deleted or unknown. */
    readonly itemGone: string
    /** In the place of an item's label that is empty. */
    readonly itemUntitled: string
    /** Names the list of what can be put into the text. */
    readonly suggestions: { readonly mention: string; readonly itemLink: string }
    readonly suggestionsNone: { readonly mention: string; readonly itemLink: string }
    readonly suggestionsSearching: string
    /** Nothing could be looked for. */
    readonly suggestionsFailed: string
    /** Said when the list opens or changes. */
    readonly suggestionsFound: (count: number) => string
  }
  readonly spaces: {
    readonly label: string
    readonly none: string
    /** In the place of a name that was never given. */
    readonly untitled: string
    readonly members: (count: number) => string
    readonly states: { readonly [S in Exclude<SpaceState['status'], 'ready' | 'damaged'>]: string }
    /** Names the select of all spaces. */
    readonly switch: string
    readonly choose: string
    readonly name: string
    readonly nameMissing: string
    readonly create: string
    readonly rename: string
    readonly busy: string
    readonly created: (name: string) => string
    readonly renamed: (name: string) => string
  }
  /** In the place of a part of the page that failed. */
  readonly boundary: {
    readonly title: string
    readonly hint: string
  }
  readonly json: {
    /** So many more entries are not shown. */
    readonly more: (count: number) => string
  }
  /** What a user reads for an error's code; those not listed read as `unknownError`. */
  readonly errors: { readonly [Code in EchoErrorCode]?: string }
  readonly unknownError: string
}

/** What following a link is described with, wherever it leads. */
export type GuestTexts = Omit<
  Messages['join'],
  | 'previewTitle'
  | 'from'
  | 'space'
  | 'youWillBe'
  | 'unknown'
  | 'unverified'
  | 'accept'
  | 'identityTitle'
  | 'identityHint'
  | 'successTitle'
  | 'success'
  | 'alreadyMember'
  | 'openSpace'
>

/** Part of a structure, at any depth; functions and strings are replaced whole. */
export type DeepPartial<T> = { readonly [K in keyof T]?: T[K] extends string | ((...args: never[]) => string) ? T[K] : DeepPartial<T[K]> }

/** `base` with what `override` says instead. */
export function mergeMessages(base: Messages, override: DeepPartial<Messages> | undefined): Messages {
  return override === undefined ? base : (mergeObjects(base, override) as Messages)
}

function mergeObjects(base: object, override: object): object {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(override)) {
    if (value === undefined) continue
    const before = merged[key]
    merged[key] = typeof value === 'object' && typeof before === 'object' && before !== null ? mergeObjects(before, value as object) : value
  }
  return merged
}

/** The text for an error: for its code, or a more precise one where its details tell more. */
export function errorText(messages: Messages, code: EchoErrorCode, details: EchoError['details'] = {}): string {
  return preciseText(messages, code, details) ?? messages.errors[code] ?? messages.unknownError
}

function preciseText(messages: Messages, code: EchoErrorCode, details: EchoError['details']): string | undefined {
  if (isUnconfigured(code, details)) return messages.network.unconfigured
  const { reason, position, count } = details
  if (code !== 'bad-phrase') return undefined
  if (reason === 'unknown-word' && typeof position === 'number') return messages.identity.phraseUnknownWord(position)
  if (reason === 'word-count') return messages.identity.phraseWordCount(typeof count === 'number' ? count : undefined)
  if (reason === 'other-person') return messages.identity.phraseOther
  return reason === 'checksum' ? messages.identity.phraseChecksum : undefined
}

/** Whether no signaling server answers because the app names none. */
export function isUnconfigured(code: EchoErrorCode, { signaling }: EchoError['details']): boolean {
  return code === 'signaling-unreachable' && Array.isArray(signaling) && signaling.length === 0
}
