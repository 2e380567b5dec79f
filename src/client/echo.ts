import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Clock, Random } from '../shared/ports.ts'
import type { EchoError } from '../shared/echoError.ts'
import type { DeviceId, IdentityId, ItemId, SpaceId } from '../shared/ids.ts'
import type { Readable } from '../shared/readable.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { ProfileChange } from '../identity/identityStore.ts'
import type { LoadCpace } from '../crypto/loadCpace.ts'
import type { LoadPhrases } from '../identity/loadPhrases.ts'
import type { LoadLocking } from '../storage/passphrase/loadLocking.ts'
import type { Disk, Storage, StorageState } from '../storage/storage.ts'
import type { EstimateStorage, StorageUsage } from '../storage/storageUsage.ts'
import type { BundleSizes } from '../feed/bundles/createBundler.ts'
import type { Finding, Network, NetworkState } from '../network/network.ts'
import type { Role } from '../access/membershipLog.ts'
import type { Database } from '../database/database.ts'
import type { AnyModelType } from '../database/types/defineModel.ts'
import type { AnyItemType } from '../database/types/defineType.ts'
import type { Item } from '../database/types/item.ts'
import type {
  AddDeviceState,
  ContactInfo,
  DeviceInfo,
  EchoState,
  IdentityState,
  InviteState,
  JoinState,
  MemberInfo,
  PairState,
  PresentPeer,
  SpaceInfo,
  SpaceState,
  SyncStatus,
} from './states.ts'
import type { CredentialCommands } from './person/credentials.ts'
import type { LocalState } from './spaces/localState.ts'
import type { PassphraseCommands } from './person/passphrase.ts'
import type { SpaceDetails } from './spaces/spaceDetails.ts'
import type { Diagnostics } from './diagnostics/diagnostics.ts'
import type { SpaceFinding } from './spaces/spaceDiagnostics.ts'
import type { InvitationInfo, InvitationOptions } from './invitations/invitationOptions.ts'
import type { Permissions } from './spaces/spacePermissions.ts'
import type { ChannelType } from './presence/defineChannel.ts'
import type { PresenceType } from './presence/definePresence.ts'
import type { SpaceChannel } from './presence/spaceChannels.ts'
import type { ModelHandle } from './spaces/spaceModels.ts'
import type { ExportedSpace, ExportOptions, ImportOptions } from './transfer/transferOptions.ts'
import type { WaitOptions } from './spaces/waitForItem.ts'
import type { PageEvents } from './tabs/watchPage.ts'
import type { WithdrawnContent } from '../documents/verdicts/readWithdrawn.ts'
import type { TextHandles } from '../documents/texts/openText.ts'
import type { TextModel } from '../documents/texts/textHandle.ts'

/** What an app configures. */
export interface EchoConfig {
  /** Names the app: part of the storage name and of every invitation, so that two apps on one origin never mix. Letters, digits, `-`, `_`, `.`. */
  readonly app: string
  readonly types?: readonly AnyItemType[]
  /** Addresses of signaling servers (`ws://` or `wss://`); without one, devices cannot find each other. */
  readonly signaling?: readonly string[]
  /** STUN and TURN servers. */
  readonly iceServers?: readonly { readonly urls: string | string[]; readonly username?: string; readonly credential?: string }[]
  /** Called for faults that no call can throw: a failing listener, a refused block, storage lost. */
  readonly onError?: (error: EchoError) => void
  /** Where invitation links lead; by default the page's own address without query and fragment. */
  readonly inviteUrl?: string
  /** Parts to replace, for tests and other platforms. */
  readonly ports?: Partial<Omit<EchoPorts, 'storage'>> & { readonly storage?: Disk }
}

export interface EchoPorts {
  readonly clock: Clock
  readonly random: Random
  readonly crypto: CryptoPort
  /** What is stored on this device, as it can be read once it is unlocked. */
  readonly storage: Storage
  /** Asks the browser how much room there is; undefined where nobody can be asked. */
  readonly estimateStorage: EstimateStorage | undefined
  /** Reaches other devices. */
  readonly network: Network
  /** Reaches other tabs of this profile. */
  readonly tabs: Network
  /** After how many blocks they are bundled; for tests. */
  readonly bundling: BundleSizes | undefined
  /** Whether the private space of the person's devices is opened; off in most tests. */
  readonly halo: boolean
  /** Brings the code and words of recovery phrases. */
  readonly loadPhrases: LoadPhrases
  /** Brings what checks the code of an invitation. */
  readonly loadCpace: LoadCpace
  /** Brings what locks rows under a passphrase. */
  readonly loadLocking: LoadLocking
  /** The page that the app runs in; undefined outside of browsers. */
  readonly page: PageEvents | undefined
  /** Loads the page anew, after this Echo has ended. */
  readonly reload: () => void
}

/** An app's database on this device: a stable handle with commands; what a UI shows comes from its Readables. Made by `createEcho`. */
export interface Echo {
  readonly app: string
  readonly state: Readable<EchoState>
  /** Resolves when `state` is no longer `opening`. Never rejects. */
  readonly opened: Promise<void>
  readonly identity: IdentityCommands
  readonly passphrase: PassphraseCommands
  /** What this person can prove to others, and what others show. */
  readonly credentials: CredentialCommands
  readonly spaces: SpaceCommands
  readonly network: NetworkCommands
  readonly storage: {
    readonly state: Readable<StorageState>
    /** How much room the browser gives the app, and how much is used; undefined where it does not tell, and until somebody listens. */
    readonly usage: Readable<StorageUsage | undefined>
    persist(): Promise<boolean>
  }
  /**
   * Looks for what keeps devices from connecting, every 2 s while somebody is subscribed, and says what it finds: of all spaces, or of one. It asks signaling
   * and relay servers for an answer and reads the browser's statistics, so subscribe while it is shown.
   * @example
   * const diagnosis = echo.diagnose()
   * const stop = diagnosis.subscribe(() => console.log(diagnosis.get().findings.map(({ code }) => code)))
   */
  diagnose(space?: SpaceId | string): Readable<Diagnostics>
  /** Begins to join a space from a link; nothing is redeemed before {@link JoinFlow.accept}. */
  join(link: string): JoinFlow
  /** Prepares to add a device of this person's; nothing exists before {@link AddDeviceFlow.create}, but for what is left of a page that was reloaded. */
  addDevice(): AddDeviceFlow
  /**
   * Begins to make this device one of somebody's, from the link that another device of theirs shows; nothing is redeemed before {@link PairFlow.accept}.
   * @param options.deviceName how the other device is told of this one, cut to 64 bytes
   */
  pair(link: string, options?: { readonly deviceName?: string }): PairFlow
  /** Calls `listener` with faults of the background, as {@link EchoConfig.onError} is. @returns the function that ends it */
  onError(listener: (error: EchoError) => void): () => void
  /**
   * Signs out: ends this Echo in all tabs, then deletes identity, keys and spaces from this device. What no other device or member has is lost, and without
   * another device or the 24 words so is the person. Afterwards `state` is `disposed`; reload the page, or make a new Echo.
   * @throws (rejects) EchoError bad-value without the confirmation, disposed, storage-* (what is left is deleted at the next start)
   */
  reset(options: { readonly confirm: 'erase this device' }): Promise<void>
  dispose(): Promise<void>
}

export interface IdentityCommands {
  readonly state: Readable<IdentityState>
  /**
   * Whether this device has no space, and may get some from the person's other devices: it came from the words and has met none of them yet, or they know spaces.
   * What looks empty then is not; say so beside a welcome.
   */
  readonly awaitsDevices: Readable<boolean>
  /** The person's own devices, this one among them. */
  readonly devices: Readable<readonly DeviceInfo[]>
  /** The people met in all spaces, by name. */
  readonly contacts: Readable<readonly ContactInfo[]>
  /**
   * Makes a person on this device. Without asking anything: an app may call this at its first start, let people work at once, and have them choose a name
   * ({@link updateProfile}) and write down their words later; until then `state` is `unsaved`.
   * @returns the 24 words, to be shown once. @throws EchoError storage-*, already has an identity: bad-config; load-failed: the words could not be fetched, try again
   */
  create(options?: { readonly name?: string }): Promise<{ readonly phrase: string }>
  /**
   * Becomes the person of these 24 words on this device. Profile, contacts and spaces come from another of the person's devices, as soon as both are online:
   * keep the app open on both. `alone`: there is no other device any more, so none is waited for.
   * @throws EchoError bad-phrase, load-failed
   */
  recover(options: { readonly phrase: string; readonly name?: string; readonly alone?: boolean }): Promise<void>
  /** The 24 words again. @throws EchoError no-identity, load-failed */
  showPhrase(): Promise<string>
  /** The user says that the words are written down: state becomes `ready`. */
  confirmPhraseSaved(): Promise<void>
  /**
   * Changes how the person is shown in every space; a part given as undefined is taken away. `colour` is `#rrggbb`, a picture has at most 16 KiB.
   * @throws (rejects) EchoError bad-value, no-identity, storage-*
   */
  updateProfile(change: ProfileChange): Promise<void>
  /** Gives one of the person's devices another name, on all of them. @throws EchoError bad-value, space-closed */
  renameDevice(device: DeviceId | string, name: string): void
}

export interface SpaceCommands {
  /** The spaces of this device, by name. */
  readonly list: Readable<readonly SpaceInfo[]>
  /** Makes a space with this person as its owner. Resolves when it is stored, under its name. @throws EchoError no-identity, storage-* */
  create(options: { readonly name: string }): Promise<Space>
  /**
   * Makes a new space of what `space.export` wrote, with this person as its only member. The items keep their ids, so that what refers to them still does; who
   * wrote them is not kept. Until it is whole there is nothing of it, and nothing where it does not get there.
   * @throws (rejects) EchoError import-foreign, import-damaged, newer-version; bad-passphrase for a locked file without its passphrase; bad-value, cancelled,
   * load-failed, no-identity, storage-*
   */
  import(file: Blob, options?: ImportOptions): Promise<Space>
  /**
   * Makes a new space with all that is in one of this device's: its own members, none of the other's. One that is closed is opened for it, and stays open.
   * @throws (rejects) EchoError space-not-found and as {@link import} does
   */
  clone(id: string, options?: Omit<ImportOptions, 'passphrase'>): Promise<Space>
  /**
   * Opens a space of this device; the same promise while it is open, so it may be called in render.
   * Rejects with EchoError space-not-found, data-corrupt, disposed.
   * @param options.unlessClosed rejects with space-closed where the person has closed the space, as `useSpace` does; by default it is opened again
   */
  open(id: string, options?: { readonly unlessClosed?: boolean }): Promise<Space>
  /**
   * Closes a space on this device, in all tabs and also after a reload, until {@link open} is called: it is exchanged with nobody. What was edited is stored
   * first. Take its view away before: handles on it end. It is opened again, and stays open, where the person's other devices have shut one out that it lets
   * in, or {@link revokeDevice} does, and where they have deleted it.
   * @throws (rejects) EchoError space-not-found; storage-* and data-corrupt, and the space is open then
   */
  close(id: string): Promise<void>
  /** Stops waiting for what a join expects (`first-sync`): the space becomes ready with what is here, and the rest is merged when it comes. */
  openAsIs(id: string): void
  /**
   * Takes a space off all of this person's devices, with everything in it. For one that the person has left, was removed from, or is alone in. It comes back
   * by a new invitation only.
   * @throws (rejects) EchoError bad-value where it is not confirmed; already-member: leave it first; space-not-found, data-corrupt, storage-*
   */
  delete(id: string, options: { readonly confirm: 'delete this space' }): Promise<void>
  /**
   * Shuts a lost device of one's own out of every space, in one action: an elder device does it to a younger, and any device to any with the 24 words in
   * `phrase`. What was seen of its edits stays.
   * @throws (rejects) EchoError bad-value for this very device, not-authorised where it is not older, bad-phrase, load-failed, storage-*
   */
  revokeDevice(device: DeviceId | string, options?: { readonly phrase?: string }): Promise<void>
  /** The space if it is open and ready, or this device was removed from it or has left it, else undefined. */
  get(id: string): Space | undefined
  /** The state of a space by id; `not-found` for an unknown one. The same Readable each time. */
  state(id: string): Readable<SpaceState>
}

export interface NetworkCommands {
  readonly state: Readable<NetworkState>
  readonly diagnostics: Readable<readonly Finding[]>
  /** Goes on or off line, for all tabs of this profile. */
  setEnabled(enabled: boolean): void
}

/** A space on this device: a stable handle. Items: see {@link Database}. */
export interface Space extends Omit<Database, 'dispose' | 'textSteps' | 'countItems' | 'liveAnswers' | 'measure'> {
  readonly id: SpaceId
  readonly info: Readable<SpaceInfo>
  readonly state: Readable<SpaceState>
  readonly sync: Readable<SyncStatus>
  /** Who belongs to the space, owners first, then by name. */
  readonly members: Readable<readonly MemberInfo[]>
  /** What this person may do here and about each member, and why not. */
  readonly permissions: Readable<Permissions>
  readonly presence: Presence
  /** Messages of a kind to everyone who is here; the same object each time. @throws EchoError bad-value for a name that is none */
  channel<T>(type: ChannelType<T>): SpaceChannel<T>
  /**
   * A value that stays on this device, for all tabs and after a reload: what is folded, the last filter, a draft. Peers never get it, nor does a file; it is
   * locked with everything else where there is a passphrase (but not its name), and goes with the space. The same object for the same name and schema.
   * @param name one of at most 256, with 1 to 64 bytes
   * @param schema what is stored and does not fit it counts as not set
   * @throws EchoError bad-value for a name that is none; value-too-large for one name too many
   * @example
   * const sidebar = space.local('sidebar', z.object({ folded: z.boolean() }))
   * sidebar.set({ folded: true })
   * sidebar.get()   // { folded: true }, in every tab
   */
  local<T>(name: string, schema?: StandardSchemaV1<T>): LocalState<T>
  /** Members' devices whose blocks or links are not taken as usual, and why. */
  readonly diagnostics: Readable<readonly SpaceFinding[]>
  /**
   * Takes in no more of what a member writes, on this device alone and until {@link unmute}; what others build on comes all the same. Nothing is lost.
   * @throws (rejects) EchoError bad-value for oneself or who is no member, storage-*
   */
  mute(member: IdentityId | string): Promise<void>
  /** Takes in what a member writes, and what was written while muted; also where the rules muted a device. @throws (rejects) as {@link mute} */
  unmute(member: IdentityId | string): Promise<void>
  /**
   * The item, as soon as it is here and fits its type: another member may have named it before it came.
   * @throws (rejects) EchoError timeout; disposed where the space is closed meanwhile; unknown-type, bad-value
   * @example
   * const task = await space.waitForItem(Task, link.taskId, { timeoutMs: 10_000 })
   */
  waitForItem<T extends AnyItemType>(type: T, id: ItemId | string, options?: WaitOptions): Promise<Item<T>>
  /**
   * Opens the text of a text item; release it when done.
   * @param model which kind of text it is, plain by default
   * @throws (rejects) EchoError item-not-found, item-purged; wrong-kind for an item with another model; space-closed
   * @example
   * const text = await space.openText(note.id)
   * text.replace(0, 5, 'Dear')
   * const rich = await space.openText(page.id, 'rich-text')
   * const { generation, yXml } = rich.current.get()
   */
  openText<Model extends TextModel = 'text'>(id: ItemId | string, model?: Model): Promise<TextHandles[Model]>
  /**
   * Opens the content of an item that follows a model of the app's; release it when done. The item's type need not be known here.
   * @throws (rejects) EchoError item-not-found, item-purged, wrong-kind, space-closed
   */
  openModel<M extends AnyModelType>(model: M, id: ItemId | string): Promise<ModelHandle<M>>
  /** The text if it is open already, else undefined. Does not count as an opening. */
  peekText<Model extends TextModel = 'text'>(id: ItemId | string, model?: Model): TextHandles[Model] | undefined
  /** Prepares an invitation; nothing exists before {@link InviteFlow.create}. */
  invite(): InviteFlow
  readonly invitations: InvitationCommands
  setName(name: string): void
  /**
   * Writes the whole space into a file, as it is now and without its history: readable, or locked under a passphrase. `echo.spaces.import` makes a new space
   * of it. Large spaces are written in turns with the page.
   * @throws (rejects) EchoError bad-value, cancelled, load-failed, disposed where the space is closed meanwhile
   * @example
   * const { blob, name } = await space.export({ format: 'json' })
   */
  export(options: ExportOptions): Promise<ExportedSpace>
  /**
   * What the space holds and takes on this device: items by type, blocks, bytes, members, who wrote last. Counted when it is asked, in one walk over
   * memory and one over the rows on the disk.
   * @throws (rejects) EchoError load-failed, storage-*; disposed where the space is closed meanwhile
   * @example
   * const { items, bytesStored } = await space.readDetails()
   */
  readDetails(): Promise<SpaceDetails>
  /** Resolves when every edit so far is stored as a block. */
  flush(): Promise<void>
  /**
   * What members or devices wrote that may not write any more, where it was taken out of the space: to look at, or to write again by hand.
   * Of what this device had not put into blocks yet when it heard that it may not write, only until the app is closed.
   * @throws (rejects) EchoError storage-*
   */
  readWithdrawn(): Promise<readonly WithdrawnContent[]>
  /**
   * Takes a member out of the space. What was seen of his edits stays; he can read and write nothing that comes after everyone has heard of it.
   * @throws (rejects) EchoError not-authorised, bad-value, storage-*
   */
  removeMember(member: IdentityId | string): Promise<void>
  /** Gives a member another role. Making an owner cannot be undone. @throws (rejects) EchoError not-authorised, bad-value, storage-* */
  setRole(member: IdentityId | string, role: Role): Promise<void>
  /** Leaves the space with all devices; what is here stays readable. @throws (rejects) EchoError last-owner, not-authorised, storage-* */
  leave(): Promise<void>
}

export interface InviteFlow {
  readonly state: Readable<InviteState>
  /**
   * Makes a link; by default for one person, ten minutes, while the app is open here. From `expired`, `used-up`, `success`, `error`, `cancelled` it makes
   * a new one. @throws EchoError bad-value for options that do not go together
   */
  create(options: InvitationOptions): void
  /** Admits somebody who waits for it, or refuses him for good. */
  approve(guest: string): void
  deny(guest: string): void
  /** Back to idle, for a further invitation. The one that is out goes on, also an attended one, and stays in {@link Space.invitations}. */
  another(): void
  /** Withdraws the invitation. */
  cancel(): void
  /** Back to idle. An attended invitation ends with it; one that was sent goes on, and stays in {@link Space.invitations}. */
  dispose(): void
}

/** The invitations to a space: those made on this device, and those announced to the members. */
export interface InvitationCommands {
  readonly list: Readable<readonly InvitationInfo[]>
  /** Admits nobody by it any more, on any device that knows. @throws (rejects) EchoError not-authorised, storage-* */
  revoke(id: string): Promise<void>
  /** Lets a guest in that waits. @throws (rejects) EchoError storage-* */
  approve(id: string, guest: string): Promise<void>
  /** Refuses a guest for good. @throws (rejects) EchoError storage-* */
  deny(id: string, guest: string): Promise<void>
}

export interface JoinFlow {
  readonly state: Readable<JoinState>
  /** From `preview` or `needs-identity` (once there is an identity): meets the host. From a retryable end: tries again. */
  accept(): void
  /** Answers `verifying` and `wrong-code`: six digits; anything that is no digit is left out. Other states ignore it. */
  submitCode(code: string): void
  cancel(): void
  dispose(): void
}

export interface AddDeviceOptions {
  /** Both devices show six digits and the person says whether they are the same, instead of typing a code that this device shows. */
  readonly compare?: boolean
}

/** On a device that is there already. */
export interface AddDeviceFlow {
  readonly state: Readable<AddDeviceState>
  /** Makes a link for one device and ten minutes, while the app is open here; what was out before is withdrawn. Also from an end such as `expired`. */
  create(options?: AddDeviceOptions): void
  /** Makes a device that asks one of the person's: it can do all that this one can, but for shutting this one out. */
  approve(guest: string): void
  /** Turns a device away for good. */
  deny(guest: string): void
  /** Withdraws the invitation; from an end, back to idle. */
  cancel(): void
  /** Stops waiting for a device. What is out can be followed again when there is another flow, as after a reload, until it expires. */
  dispose(): void
}

/** On the new device. */
export interface PairFlow extends Omit<JoinFlow, 'state'> {
  readonly state: Readable<PairState>
  /** Answers `comparing`: the other device shows the same digits. Where it does not, `cancel`. */
  confirm(): void
}

export interface Presence {
  /** Everyone else present, each tab or device once, by name. */
  readonly peers: Readable<readonly PresentPeer[]>
  /** What others share under this presence type, checked by its schema; `data` is undefined where a peer shares none. */
  others<T>(type: PresenceType<T>): Readable<readonly PresentPeer<T>[]>
  /** Shares `data` with everyone present, or stops with undefined. @throws EchoError bad-value */
  share<T>(type: PresenceType<T>, data: T | undefined): void
  /**
   * Says that this person types in an item, or does not any more. Ends by itself 5 s after it was said last, and when the page is hidden.
   * @throws EchoError bad-value for what is no item's id
   */
  setTyping(item: ItemId | string | undefined): void
}
