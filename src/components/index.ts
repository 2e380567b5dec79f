export { AddDeviceButton } from './AddDeviceButton.tsx'
export { AddDeviceDialogView, type AddDeviceDialogViewProps } from './AddDeviceDialogView.tsx'
export { Announcer, useAnnounce, type Announce } from './Announcer.tsx'
export { Avatar } from './Avatar.tsx'
export { AvatarStack, AvatarStackView, type AvatarPerson } from './AvatarStack.tsx'
export { Button, type ButtonProps } from './Button.tsx'
export { ConflictBadge, ConflictBadgeView, type ConflictBadgeViewProps } from './ConflictBadge.tsx'
export { Countdown } from './Countdown.tsx'
export {
  DeleteSpaceDialog,
  DeleteSpaceDialogView,
  type DeletersStanding,
  type DeleteSpaceDialogProps,
  type DeleteSpaceDialogViewProps,
} from './DeleteSpaceDialog.tsx'
export { DeviceList, DeviceListView, type DeviceListViewProps } from './DeviceList.tsx'
export { Dialog, type DialogProps } from './Dialog.tsx'
export { EchoErrorBoundary, ErrorPanel, type EchoErrorBoundaryProps, type ErrorPanelProps } from './EchoErrorBoundary.tsx'
export { EchoUiConfig, useMessages, type EchoUiConfigProps } from './EchoUiConfig.tsx'
export { englishMessages } from './englishMessages.ts'
export { ErrorNote } from './ErrorNote.tsx'
export { IdentityForm, type IdentityFormProps } from './IdentityForm.tsx'
export { IdentityGate, IdentityGateView, type IdentityGateViewProps } from './IdentityGate.tsx'
export { InvalidRows, InvalidRowsView, type InvalidRowsViewProps } from './InvalidRows.tsx'
export { ItemGraph, ItemGraphView, type ItemGraphViewProps } from './ItemGraph.tsx'
export type { GraphItem, GraphLink } from './itemGraphLayout.ts'
export { InvitationList, InvitationListView, type InvitationCall, type InvitationListViewProps } from './InvitationList.tsx'
export { InviteButton, type InviteButtonProps } from './InviteButton.tsx'
export { InviteDialogView, type InviteDialogViewProps } from './InviteDialogView.tsx'
export { InviteLink, type InviteLinkProps } from './InviteLink.tsx'
export { JoinDialog, type JoinDialogProps } from './JoinDialog.tsx'
export { JoinDialogView, type JoinDialogViewProps } from './JoinDialogView.tsx'
export { JsonView, type JsonViewProps } from './JsonView.tsx'
export { LeaveSpaceDialog, LeaveSpaceDialogView, type LeaveSpaceDialogProps, type LeaveSpaceDialogViewProps } from './LeaveSpaceDialog.tsx'
export { ConfirmDialog, type ConfirmDialogProps } from './ConfirmDialog.tsx'
export { MemberList, MemberListView, type MemberListViewProps } from './MemberList.tsx'
export { errorText, mergeMessages, type DeepPartial, type Messages } from './messages.ts'
export type { NotedNetwork } from './NetworkNote.tsx'
export { PairDeviceDialog, type PairDeviceDialogProps } from './PairDeviceDialog.tsx'
export { PairDeviceDialogView, type PairDeviceDialogViewProps } from './PairDeviceDialogView.tsx'
export { PassphraseButton } from './PassphraseButton.tsx'
export { PassphraseDialog, type PassphraseDialogProps } from './PassphraseDialog.tsx'
export { PassphraseDialogView, type PassphraseCall, type PassphraseDialogViewProps } from './PassphraseDialogView.tsx'
export { PersistenceNotice, PersistenceNoticeView, type PersistenceNoticeViewProps } from './PersistenceNotice.tsx'
export { PresenceCursors, PresenceCursorsView } from './PresenceCursors.tsx'
export { PresenceDot } from './PresenceDot.tsx'
export { ProfileForm, ProfileFormView, type ProfileFormState, type ProfileFormViewProps } from './ProfileForm.tsx'
export type { QrCamera, QrReader } from './qrCamera.ts'
export { QrCode, type QrCodeProps } from './QrCode.tsx'
export { QrScanner, QrScannerView, type QrScannerProps, type QrScannerViewProps } from './QrScanner.tsx'
export { RecoveryPhraseDialog, type RecoveryPhraseDialogProps, type RecoveryPhraseState } from './RecoveryPhraseDialog.tsx'
export { RecoveryPhraseNotice, RecoveryPhraseNoticeView } from './RecoveryPhraseNotice.tsx'
export {
  RemoveMemberDialog,
  RemoveMemberDialogView,
  type RemoveMemberDialogProps,
  type RemoveMemberDialogViewProps,
} from './RemoveMemberDialog.tsx'
export { RoleSelect, type InvitedRole, type RoleSelectProps } from './RoleSelect.tsx'
export {
  SignOutDialog,
  SignOutDialogView,
  type SignOutDialogProps,
  type SignOutDialogViewProps,
  type SignOutState,
} from './SignOutDialog.tsx'
export { SpaceForm, SpaceFormView, type SpaceFormProps, type SpaceFormViewProps } from './SpaceForm.tsx'
export { SpaceList, SpaceListView, type SpaceListProps, type SpaceListViewProps } from './SpaceList.tsx'
export { SpaceSwitcher, SpaceSwitcherView, type SpaceSwitcherProps, type SpaceSwitcherViewProps } from './SpaceSwitcher.tsx'
export { SpaceNotice, SpaceNoticeView } from './SpaceNotice.tsx'
export { SyncStatus, SyncStatusView } from './SyncStatus.tsx'
export { Trash, TrashView, type TrashViewProps } from './Trash.tsx'
export { Unlock, UnlockView, type UnlockViewProps } from './Unlock.tsx'
export type { QrScanState } from './useQrScan.ts'
export { takeInvitationFromLocation } from './takeInvitationFromLocation.ts'
export { TextField, type TextFieldProps } from './TextField.tsx'
