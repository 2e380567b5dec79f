export { createEcho } from './client/createEcho.ts'
export { defineChannel, type ChannelType } from './client/defineChannel.ts'
export { definePresence, type PresenceType } from './client/definePresence.ts'
export type {
  AddDeviceFlow,
  AddDeviceOptions,
  Echo,
  EchoConfig,
  EchoPorts,
  IdentityCommands,
  InvitationCommands,
  InviteFlow,
  JoinFlow,
  NetworkCommands,
  PairFlow,
  Presence,
  Space,
  SpaceCommands,
} from './client/echo.ts'
export type {
  AddDeviceState,
  EchoState,
  ContactInfo,
  DeviceInfo,
  GuestState,
  IdentityInfo,
  MemberInfo,
  IdentityState,
  InvitationPreview,
  InviteState,
  JoinRequest,
  JoinState,
  OpenInvitation,
  OpenPairing,
  PairState,
  PersonName,
  PresentPeer,
  SavedState,
  SpaceInfo,
  SpaceState,
  SyncStatus,
} from './client/states.ts'
export type { Copies } from './replication/copyExchange.ts'
export type { Activity } from './replication/presenceMessage.ts'
export type { PassphraseCommands } from './client/passphrase.ts'
export type { ItemCounts } from './database/itemCounts.ts'
export type { SpaceDetails, SpaceHead } from './client/spaceDetails.ts'
export type { LocalState } from './client/localState.ts'
export type { StorageUsage } from './storage/storageUsage.ts'
export type { LockStatus } from './storage/lockableStorage.ts'
export type { ModelHandle } from './client/spaceModels.ts'
export type { ReceivedMessage, SpaceChannel } from './client/spaceChannels.ts'
export type { ExportedSpace, ExportOptions, ImportOptions } from './client/transferOptions.ts'
export type { WaitOptions } from './client/waitForItem.ts'
export type { CredentialCommands, CredentialInfo, VerifiedPresentation } from './client/credentials.ts'
export { verifyPresentation } from './client/verifyPresentation.ts'
export type { ExpectedPresentation, Presentation, PresentationFault, PresentedMembership } from './access/presentation.ts'
export type { Result } from './shared/result.ts'
export type { MemberPermissions, Obstacle, Permission, Permissions } from './client/spacePermissions.ts'
export type { InvitationInfo, InvitationOptions } from './client/invitationOptions.ts'
export { defineModel, type ActionsOf, type ModelDocument, type ModelType, type SnapshotOf } from './database/defineModel.ts'
export { defineLink, defineType, type InputOf, type ItemType, type LinkType, type OutputOf } from './database/defineType.ts'
export type { InvalidItem, Item, ItemMeta, LinkMeta } from './database/item.ts'
export { not, or } from './database/conditions.ts'
export { parseQuery } from './database/parseQuery.ts'
export type { PlainQuery } from './database/plainQuery.ts'
export type { QueryExplanation } from './database/queryEngine.ts'
export { query, type Included, type Query, type QueryBuilder, type Step, type TypedQuery } from './database/query.ts'
export type { DeletedItem, Trash } from './database/trash.ts'
export type { ElementRef, ItemList, ItemSet } from './database/elementCommands.ts'
export type { FieldLens } from './database/lenses.ts'
export type { WithdrawnContent } from './documents/readWithdrawn.ts'
export type { Conflict } from './database/conflicts.ts'
export type { UndoCommands, UndoState } from './database/undoStack.ts'
export type {
  FormattedTextEdits,
  RichTextGeneration,
  RichTextHandle,
  TextGeneration,
  TextHandle,
  TextModel,
} from './documents/textHandle.ts'
export type { TextHandles } from './documents/openText.ts'
export type { TextEdits } from './documents/textEdits.ts'
export type { Member, Role } from './access/membershipLog.ts'
export type { Finding, NetworkState } from './network/network.ts'
export type { SpaceFinding } from './client/spaceDiagnostics.ts'
export type { StorageState } from './storage/storage.ts'
export { EchoError, type EchoErrorCode } from './shared/echoError.ts'
export type { DeviceId, IdentityId, ItemId, SpaceId } from './shared/ids.ts'
export type { Readable } from './shared/readable.ts'
