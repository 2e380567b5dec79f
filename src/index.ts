export { EchoProvider, type EchoProviderProps } from './react/EchoProvider.tsx'
export type { CommandState } from './react/useCommand.ts'
export { useAddDevice, type AddDevice } from './react/useAddDevice.ts'
export { useCount } from './react/useCount.ts'
export { useEcho } from './react/useEcho.ts'
export { useField, type Field, type FieldOptions } from './react/useField.ts'
export { useIdentity, type Identity } from './react/useIdentity.ts'
export { useInvitations, type Invitations } from './react/useInvitations.ts'
export { useInvite, type Invite } from './react/useInvite.ts'
export { useItem } from './react/useItem.ts'
export { useJoin, type Join } from './react/useJoin.ts'
export { useNetworkStatus, type NetworkStatus } from './react/useNetworkStatus.ts'
export { usePairDevice, type PairDevice } from './react/usePairDevice.ts'
export { usePresence, type PresenceOf } from './react/usePresence.ts'
export { useQuery } from './react/useQuery.ts'
export { useSpace } from './react/useSpace.ts'
export { useContacts } from './react/useContacts.ts'
export { useDeviceCommands, type DeviceCall, type DeviceCommandsOf } from './react/useDeviceCommands.ts'
export { useDevices } from './react/useDevices.ts'
export { useMemberCommands, type MemberCall, type MemberCommandsOf } from './react/useMemberCommands.ts'
export { useMembers } from './react/useMembers.ts'
export { usePermissions } from './react/usePermissions.ts'
export { useCredentials, type Credentials } from './react/useCredentials.ts'
export { useProfile, type OthersProfile, type OwnProfile } from './react/useProfile.ts'
export { useSpaces } from './react/useSpaces.ts'
export { useSpaceState } from './react/useSpaceState.ts'
export { useSyncStatus } from './react/useSyncStatus.ts'
export { useText, type OpenText } from './react/useText.ts'
export { useWithdrawn, type Withdrawn } from './react/useWithdrawn.ts'
export { createEcho } from './client/createEcho.ts'
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
  SpaceInfo,
  SpaceState,
  SyncStatus,
} from './client/states.ts'
export type { CredentialCommands, CredentialInfo, VerifiedPresentation } from './client/credentials.ts'
export type { PresentationFault, PresentedMembership } from './access/presentation.ts'
export type { MemberPermissions, Obstacle, Permission, Permissions } from './client/spacePermissions.ts'
export type { InvitationInfo, InvitationOptions } from './client/invitationOptions.ts'
export { defineType, type InputOf, type ItemType, type OutputOf } from './database/defineType.ts'
export type { InvalidItem, Item, ItemMeta } from './database/item.ts'
export { or } from './database/conditions.ts'
export { query, type Query, type TypedQuery } from './database/query.ts'
export type { WithdrawnContent } from './documents/readWithdrawn.ts'
export type { TextGeneration, TextHandle } from './documents/textHandle.ts'
export type { Member, Role } from './access/membershipLog.ts'
export type { Finding, NetworkState } from './network/network.ts'
export type { SpaceFinding } from './client/spaceDiagnostics.ts'
export type { StorageState } from './storage/storage.ts'
export { EchoError, type EchoErrorCode } from './shared/echoError.ts'
export type { DeviceId, IdentityId, ItemId, SpaceId } from './shared/ids.ts'
export type { Readable } from './shared/readable.ts'
