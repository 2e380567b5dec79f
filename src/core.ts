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
export { verifyPresentation } from './client/verifyPresentation.ts'
export type { ExpectedPresentation, Presentation, PresentationFault, PresentedMembership } from './access/presentation.ts'
export type { Result } from './shared/result.ts'
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
