export { AddDeviceButton } from './devices/AddDeviceButton.tsx'
export { AddDeviceDialogView, type AddDeviceDialogViewProps } from './devices/AddDeviceDialogView.tsx'
export { Announcer, useAnnounce, type Announce } from './basics/Announcer.tsx'
export { AuthCodeDisplay, type AuthCodeDisplayProps } from './invitations/AuthCodeDisplay.tsx'
export { AuthCodeInput, type AuthCodeInputProps } from './invitations/AuthCodeInput.tsx'
export { Avatar } from './members/Avatar.tsx'
export { AvatarStack, AvatarStackView, type AvatarPerson } from './presence/AvatarStack.tsx'
export { Button, type ButtonProps } from './basics/Button.tsx'
export { ConflictBadge, ConflictBadgeView, type ConflictBadgeViewProps } from './data/ConflictBadge.tsx'
export { Countdown } from './basics/Countdown.tsx'
export {
  DeleteSpaceDialog,
  DeleteSpaceDialogView,
  type DeletersStanding,
  type DeleteSpaceDialogProps,
  type DeleteSpaceDialogViewProps,
} from './spaces/DeleteSpaceDialog.tsx'
export { DeviceList, DeviceListView, type DeviceListViewProps } from './devices/DeviceList.tsx'
export { Dialog, type DialogProps } from './basics/Dialog.tsx'
export { EchoErrorBoundary, ErrorPanel, type EchoErrorBoundaryProps, type ErrorPanelProps } from './status/EchoErrorBoundary.tsx'
export { EchoUiConfig, useMessages, type EchoUiConfigProps } from './config/EchoUiConfig.tsx'
export { englishMessages } from './config/englishMessages.ts'
export { ErrorNote } from './basics/ErrorNote.tsx'
export { IdentityForm, type IdentityFormProps } from './identity/IdentityForm.tsx'
export { IdentityGate, IdentityGateView, type IdentityGateViewProps } from './identity/IdentityGate.tsx'
export { InvalidRows, InvalidRowsView, type InvalidRowsViewProps } from './data/InvalidRows.tsx'
export { ItemGraph, ItemGraphView, type ItemGraphViewProps } from './data/ItemGraph.tsx'
export type { GraphItem, GraphLink } from './data/itemGraphLayout.ts'
export { InvitationList, InvitationListView, type InvitationCall, type InvitationListViewProps } from './invitations/InvitationList.tsx'
export { InviteButton, type InviteButtonProps } from './invitations/InviteButton.tsx'
export { InviteDialogView, type InviteDialogViewProps } from './invitations/InviteDialogView.tsx'
export { InviteLink, type InviteLinkProps } from './invitations/InviteLink.tsx'
export {
  defaultInviteChoices,
  InviteOptions,
  toInvitationOptions,
  type InviteChoices,
  type InviteOptionsProps,
} from './invitations/InviteOptions.tsx'
export { JoinRequests, type JoinRequestsProps } from './invitations/JoinRequests.tsx'
export { JoinDialog, type JoinDialogProps } from './invitations/JoinDialog.tsx'
export { JoinDialogView, type JoinDialogViewProps } from './invitations/JoinDialogView.tsx'
export { JsonView, type JsonViewProps } from './data/JsonView.tsx'
export {
  LeaveSpaceDialog,
  LeaveSpaceDialogView,
  type LeaveSpaceDialogProps,
  type LeaveSpaceDialogViewProps,
} from './members/LeaveSpaceDialog.tsx'
export { ConfirmDialog, type ConfirmDialogProps } from './basics/ConfirmDialog.tsx'
export { MemberList, MemberListView, type MemberListViewProps } from './members/MemberList.tsx'
export { errorText, mergeMessages, type DeepPartial, type Messages } from './config/messages.ts'
export type { NotedNetwork } from './invitations/NetworkNote.tsx'
export { PairDeviceDialog, type PairDeviceDialogProps } from './devices/PairDeviceDialog.tsx'
export { PairDeviceDialogView, type PairDeviceDialogViewProps } from './devices/PairDeviceDialogView.tsx'
export { PassphraseButton } from './identity/PassphraseButton.tsx'
export { PassphraseDialog, type PassphraseDialogProps } from './identity/PassphraseDialog.tsx'
export { PassphraseDialogView, type PassphraseCall, type PassphraseDialogViewProps } from './identity/PassphraseDialogView.tsx'
export { plainName } from './basics/plainName.ts'
export { PersistenceNotice, PersistenceNoticeView, type PersistenceNoticeViewProps } from './status/PersistenceNotice.tsx'
export { PresenceCursors, PresenceCursorsView } from './presence/PresenceCursors.tsx'
export { PresenceDot } from './presence/PresenceDot.tsx'
export { ProfileForm, ProfileFormView, type ProfileFormState, type ProfileFormViewProps } from './identity/ProfileForm.tsx'
export type { QrCamera, QrReader } from './invitations/qrCamera.ts'
export { QrCode, type QrCodeProps } from './invitations/QrCode.tsx'
export { QrScanner, QrScannerView, type QrScannerProps, type QrScannerViewProps } from './invitations/QrScanner.tsx'
export { RecoveryPhraseButton } from './identity/RecoveryPhraseButton.tsx'
export { RecoveryPhraseDialog, type RecoveryPhraseDialogProps, type RecoveryPhraseState } from './identity/RecoveryPhraseDialog.tsx'
export { RecoveryPhraseNotice, RecoveryPhraseNoticeView } from './identity/RecoveryPhraseNotice.tsx'
export {
  RemoveMemberDialog,
  RemoveMemberDialogView,
  type RemoveMemberDialogProps,
  type RemoveMemberDialogViewProps,
} from './members/RemoveMemberDialog.tsx'
export { RoleSelect, type InvitedRole, type RoleSelectProps } from './members/RoleSelect.tsx'
export {
  SignOutDialog,
  SignOutDialogView,
  type SignOutDialogProps,
  type SignOutDialogViewProps,
  type SignOutState,
} from './identity/SignOutDialog.tsx'
export { SpaceForm, SpaceFormView, type SpaceFormProps, type SpaceFormViewProps } from './spaces/SpaceForm.tsx'
export { SpaceList, SpaceListView, type SpaceListProps, type SpaceListViewProps } from './spaces/SpaceList.tsx'
export { SpaceSwitcher, SpaceSwitcherView, type SpaceSwitcherProps, type SpaceSwitcherViewProps } from './spaces/SpaceSwitcher.tsx'
export { SpaceNotice, SpaceNoticeView } from './spaces/SpaceNotice.tsx'
export { ConnectionDoctor, ConnectionDoctorView } from './status/ConnectionDoctor.tsx'
export { SyncStatus, SyncStatusView } from './status/SyncStatus.tsx'
export { Trash, TrashView, type TrashViewProps } from './data/Trash.tsx'
export { Unlock, UnlockView, type UnlockViewProps } from './identity/Unlock.tsx'
export type { QrScanState } from './invitations/useQrScan.ts'
export { TextField, type TextFieldProps } from './editing/TextField.tsx'
