export { EchoProvider, type EchoProviderProps } from './react/EchoProvider.tsx'
export type { CommandState } from './react/useCommand.ts'
export { useAddDevice, type AddDevice } from './react/useAddDevice.ts'
export { useChannel } from './react/useChannel.ts'
export { useAncestors } from './react/useAncestors.ts'
export { useChildren } from './react/useChildren.ts'
export { useConflicts, type ItemConflicts } from './react/useConflicts.ts'
export { useCount } from './react/useCount.ts'
export { useDiagnostics } from './react/useDiagnostics.ts'
export { useEcho } from './react/useEcho.ts'
export { useFirst } from './react/useFirst.ts'
export { useExport, type Export } from './react/useExport.ts'
export { useField, type Field, type FieldOptions } from './react/useField.ts'
export { useIdentity, type Identity } from './react/useIdentity.ts'
export { useImport, type Import } from './react/useImport.ts'
export { useInvitations, type Invitations } from './react/useInvitations.ts'
export { useInvitationLink } from './react/useInvitationLink.ts'
export { useInvite, type Invite } from './react/useInvite.ts'
export { useItem } from './react/useItem.ts'
export { useJoin, type Join } from './react/useJoin.ts'
export { useLocalState } from './react/useLocalState.ts'
export { useLinks } from './react/useLinks.ts'
export { useModel } from './react/useModel.ts'
export { useNetworkStatus, type NetworkStatus } from './react/useNetworkStatus.ts'
export { usePairDevice, type PairDevice } from './react/usePairDevice.ts'
export { useCursors, type Cursors, type PresentCursor } from './react/useCursors.ts'
export type { CursorPlace } from './react/cursorPlace.ts'
export { usePresence, type PresenceOf } from './react/usePresence.ts'
export { useTyping, type Typing } from './react/useTyping.ts'
export { useQuery } from './react/useQuery.ts'
export { useRefs } from './react/useRefs.ts'
export type { Selection } from './react/useSelected.ts'
export { useSpace } from './react/useSpace.ts'
export { useContacts } from './react/useContacts.ts'
export { useDeleteSpace, type DeleteSpace } from './react/useDeleteSpace.ts'
export { useDeviceCommands, type DeviceCall, type DeviceCommandsOf } from './react/useDeviceCommands.ts'
export { useDevices } from './react/useDevices.ts'
export { useMemberCommands, type MemberCall, type MemberCommandsOf } from './react/useMemberCommands.ts'
export { useMembers } from './react/useMembers.ts'
export { usePassphrase, type Passphrase } from './react/usePassphrase.ts'
export { usePermissions } from './react/usePermissions.ts'
export { useCredentials, type Credentials } from './react/useCredentials.ts'
export { useProfile, type OthersProfile, type OwnProfile } from './react/useProfile.ts'
export { useSpaces } from './react/useSpaces.ts'
export { useSpaceDetails, type SpaceDetailsState } from './react/useSpaceDetails.ts'
export { useSpaceState } from './react/useSpaceState.ts'
export { useStorageStatus, type StorageStatus } from './react/useStorageStatus.ts'
export { useSyncStatus } from './react/useSyncStatus.ts'
export type { TransferState } from './react/useTransfer.ts'
export { useText, type OpenRichText, type OpenText } from './react/useText.ts'
export { useTextContent } from './react/useTextContent.ts'
export { useUndo, type Undo } from './react/useUndo.ts'
export { useUnsearchedTexts } from './react/useUnsearchedTexts.ts'
export { useTrash } from './react/useTrash.ts'
export { useWithdrawn, type Withdrawn } from './react/useWithdrawn.ts'
export { createEcho } from './client/createEcho.ts'
export { defineChannel, type ChannelType } from './client/presence/defineChannel.ts'
export { definePresence, type PresenceType } from './client/presence/definePresence.ts'
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
export type { Copies } from './replication/blocks/copyExchange.ts'
export type { Activity } from './replication/presence/presenceMessage.ts'
export type { PassphraseCommands } from './client/person/passphrase.ts'
export type { ItemCounts } from './database/query/itemCounts.ts'
export type { SpaceDetails, SpaceHead } from './client/spaces/spaceDetails.ts'
export type { LocalState } from './client/spaces/localState.ts'
export type { StorageUsage } from './storage/storageUsage.ts'
export type { LockStatus } from './storage/passphrase/lockableStorage.ts'
export type { ModelHandle } from './client/spaces/spaceModels.ts'
export type { ReceivedMessage, SpaceChannel } from './client/presence/spaceChannels.ts'
export type { ExportedSpace, ExportOptions, ImportOptions } from './client/transfer/transferOptions.ts'
export type { WaitOptions } from './client/spaces/waitForItem.ts'
export type { CredentialCommands, CredentialInfo, VerifiedPresentation } from './client/person/credentials.ts'
export type { PresentationFault, PresentedMembership } from './access/presentation.ts'
export type { MemberPermissions, Obstacle, Permission, Permissions } from './client/spaces/spacePermissions.ts'
export type { InvitationInfo, InvitationOptions } from './client/invitations/invitationOptions.ts'
export { takeInvitationFromLocation } from './client/invitations/takeInvitationFromLocation.ts'
export { defineModel, type ActionsOf, type ModelDocument, type ModelType, type SnapshotOf } from './database/types/defineModel.ts'
export { defineLink, defineType, type InputOf, type ItemType, type LinkType, type OutputOf } from './database/types/defineType.ts'
export type { InvalidItem, Item, ItemMeta, LinkMeta } from './database/types/item.ts'
export { not, or } from './database/query/conditions.ts'
export { parseQuery } from './database/query/parseQuery.ts'
export type { PlainQuery } from './database/query/plainQuery.ts'
export type { QueryExplanation } from './database/query/queryEngine.ts'
export { query, type Included, type Query, type QueryBuilder, type Step, type TypedQuery } from './database/query/query.ts'
export type { DeletedItem, Trash } from './database/graph/trash.ts'
export type { ElementRef, ItemList, ItemSet } from './database/items/elementCommands.ts'
export type { FieldLens } from './database/types/lenses.ts'
export type { WithdrawnContent } from './documents/verdicts/readWithdrawn.ts'
export type { Conflict } from './database/items/conflicts.ts'
export type { UndoCommands, UndoState } from './database/undo/undoStack.ts'
export type {
  FormattedTextEdits,
  RichTextGeneration,
  RichTextHandle,
  TextGeneration,
  TextHandle,
  TextModel,
} from './documents/texts/textHandle.ts'
export type { TextHandles } from './documents/texts/openText.ts'
export type { TextEdits } from './documents/texts/textEdits.ts'
export type { Member, Role } from './access/membershipLog.ts'
export type { ConnectionFacts, Finding, NetworkState, RelayFacts, ServerFacts, WayFacts } from './network/network.ts'
export type { DiagnosticCheck, DiagnosticFinding, Diagnostics, NamedSpace, PeerDiagnosis } from './client/diagnostics/diagnostics.ts'
export type { SpaceFinding } from './client/spaces/spaceDiagnostics.ts'
export type { StorageState } from './storage/storage.ts'
export { EchoError, type EchoErrorCode } from './shared/echoError.ts'
export type { DeviceId, IdentityId, ItemId, SpaceId } from './shared/ids.ts'
export type { Readable } from './shared/readable.ts'
