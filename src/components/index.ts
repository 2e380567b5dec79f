export { Announcer, useAnnounce, type Announce } from './Announcer.tsx'
export { Avatar } from './Avatar.tsx'
export { AvatarStack, AvatarStackView, type AvatarPerson } from './AvatarStack.tsx'
export { Button, type ButtonProps } from './Button.tsx'
export { Countdown } from './Countdown.tsx'
export { DeviceList, DeviceListView } from './DeviceList.tsx'
export { Dialog, type DialogProps } from './Dialog.tsx'
export { EchoUiConfig, useMessages, type EchoUiConfigProps } from './EchoUiConfig.tsx'
export { englishMessages } from './englishMessages.ts'
export { ErrorNote } from './ErrorNote.tsx'
export { IdentityForm, type IdentityFormProps } from './IdentityForm.tsx'
export { IdentityGate, IdentityGateView, type IdentityGateViewProps } from './IdentityGate.tsx'
export { InviteButton } from './InviteButton.tsx'
export { InviteDialogView, type InviteDialogViewProps } from './InviteDialogView.tsx'
export { InviteLink, type InviteLinkProps } from './InviteLink.tsx'
export { JoinDialog, type JoinDialogProps } from './JoinDialog.tsx'
export { JoinDialogView, type JoinDialogViewProps } from './JoinDialogView.tsx'
export { MemberList, MemberListView } from './MemberList.tsx'
export { errorText, mergeMessages, type DeepPartial, type Messages } from './messages.ts'
export type { NotedNetwork } from './NetworkNote.tsx'
export { ProfileForm, ProfileFormView, type ProfileFormState, type ProfileFormViewProps } from './ProfileForm.tsx'
export { RecoveryPhraseDialog, type RecoveryPhraseDialogProps, type RecoveryPhraseState } from './RecoveryPhraseDialog.tsx'
export { RecoveryPhraseNotice, RecoveryPhraseNoticeView } from './RecoveryPhraseNotice.tsx'
export { RoleSelect, type InvitedRole, type RoleSelectProps } from './RoleSelect.tsx'
export {
  SignOutDialog,
  SignOutDialogView,
  type SignOutDialogProps,
  type SignOutDialogViewProps,
  type SignOutState,
} from './SignOutDialog.tsx'
export { SyncStatus, SyncStatusView } from './SyncStatus.tsx'
export { takeInvitationFromLocation } from './takeInvitationFromLocation.ts'
export { TextField, type TextFieldProps } from './TextField.tsx'
