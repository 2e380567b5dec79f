import type { ReactNode } from 'react'
import * as Y from 'yjs'
import * as kit from '../../../src/components/index.ts'
import type * as list from '../../../src/components/data/InfiniteList.tsx'
import { InfiniteList, InfiniteListView } from '../../../src/components/data/InfiniteList.tsx'
import type * as markdown from '../../../src/editors/markdown/index.ts'
import { MarkdownEditor, MarkdownEditorView } from '../../../src/editors/markdown/index.ts'
import type * as richText from '../../../src/editors/rich-text/index.ts'
import { RichTextEditor, type RichTextEditorProps } from '../../../src/editors/rich-text/index.ts'
import type { InvitationInfo } from '../../../src/client/invitations/invitationOptions.ts'
import type { InvitationPreview, MemberInfo, SpaceInfo } from '../../../src/client/states.ts'
import type { Conflict } from '../../../src/database/items/conflicts.ts'
import type { DeletedItem } from '../../../src/database/graph/trash.ts'
import { query } from '../../../src/database/query/query.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { DeviceId, IdentityId, ItemId, SpaceId } from '../../../src/shared/ids.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { diagnosticsOf, garden, peerOf } from '../../../stories/diagnosticsOf.ts'
import {
  allPermissions,
  createFakeEcho,
  createFakeSpace,
  type Counted,
  type FakeEcho,
  type FakeRow,
  type FakeSpace,
  savedHere,
} from '../react/fakeEcho.ts'

type ComponentsOf<Module> = Extract<keyof Module, Capitalize<string>>

/** Every component of the package: a new one that has no case here does not compile, and fails the tests over all of them. */
export type ComponentName =
  | ComponentsOf<typeof kit>
  | ComponentsOf<typeof list>
  | ComponentsOf<typeof markdown>
  | ComponentsOf<typeof richText>

/** What the components of one test show. */
export interface KitWorld {
  /** Stands in the place of each text that a person writes: names, titles, notes, devices, spaces. */
  readonly text: string
  readonly fake: FakeEcho
  readonly garden: FakeSpace
  readonly page: NonNullable<RichTextEditorProps['text']>
}

export interface KitCase {
  readonly element: (world: KitWorld) => ReactNode
  /** Some of its words, where the text is "Garden". */
  readonly says: readonly string[]
  /** It reads a database, so a server shows what stands in for it. */
  readonly isConnected?: true
}

const now = Date.UTC(2026, 0, 1, 12)
const m = kit.englishMessages
const ignore = (): void => {}
const idle = { status: 'idle' } as const
const url = 'https://notes.example/#echo=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIz'
const open = { url, code: '048215', expiresAt: now + 572_000 } as const
const form = { mode: 'create', onModeChange: ignore, onCreate: ignore, onRecover: ignore, busy: false, error: undefined } as const
const refused = new EchoError('not-authorised', 'Only admins may do this.')

const memberOf = (text: string): MemberInfo => ({
  id: 'ben' as IdentityId,
  name: text,
  role: 'editor',
  isMe: false,
  activity: 'active',
  deviceCount: 1,
  hue: 150,
})
const me: MemberInfo = { ...memberOf('Ann'), id: 'ann' as IdentityId, role: 'owner', isMe: true, hue: 300 }
const deviceOf = (text: string) =>
  ({ id: 'd'.repeat(64) as DeviceId, isThis: false, name: text, addedAt: now, isOnline: true, revocable: 'yes' }) as const
const spaceOf = (text: string): SpaceInfo => ({
  id: 'garden' as SpaceId,
  name: text,
  role: 'editor',
  memberCount: 2,
  state: { status: 'ready' },
})
const previewOf = (text: string): InvitationPreview => ({ spaceName: text, inviterName: text, role: 'editor', expiresAt: now + 60_000 })
const invitationOf = (text: string): InvitationInfo => ({
  id: 'a',
  status: 'open',
  inviter: 'ben' as IdentityId,
  isMine: false,
  isSent: true,
  role: 'editor',
  uses: 5,
  usesLeft: 3,
  approval: true,
  delegated: false,
  expiresAt: now + 86_400_000,
  requests: [{ guest: 'aa', name: text }],
})
const cursorOf = (text: string) =>
  ({
    identity: 'ben' as IdentityId,
    key: 'k',
    name: text,
    activity: 'active',
    typing: undefined,
    data: { area: 'board', x: 0.7, y: 0.4 },
  }) as const
const deletedOf = (text: string): DeletedItem => ({
  id: 'bean' as ItemId,
  type: 'note',
  row: { id: 'bean' as ItemId, title: text } as never,
  count: 2,
  deletedAt: now,
  deletedBy: 'ben' as IdentityId,
})
const conflictOf = (text: string): Conflict => ({ key: text, value: text, kept: text, author: 'ben' as IdentityId, time: now })
const invalidOf = (text: string) =>
  ({ id: 'bean' as ItemId, raw: { [text || 'title']: text }, issues: [{ message: text, path: [text] }] }) as const
const withdrawn = { status: 'ready', contents: [] } as const
const removedBy = (text: string) => ({ status: 'removed', by: [{ id: 'ben' as IdentityId, name: text, isMe: false }], since: now }) as const

function pageOf(text: string): KitWorld['page'] {
  const yXml = new Y.Doc().getXmlFragment('xml')
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  yXml.insert(0, [paragraph])
  return {
    item: 'page',
    current: createWritable({ generation: 1, yXml }),
    content: createWritable(text),
  } as unknown as KitWorld['page']
}

/** A world in which everything that somebody wrote is `text`. */
export function createKitWorld(text = 'Garden'): KitWorld {
  const garden = createFakeSpace('garden')
  garden.info.set(spaceOf(text))
  garden.members.set([me, memberOf(text)])
  garden.permissions.set({
    ...allPermissions,
    members: new Map([
      [me.id, { canRemove: false, roles: ['owner'], why: 'yourself' }],
      ['ben' as IdentityId, { canRemove: true, roles: ['owner', 'admin', 'editor', 'reader'] }],
    ]),
  })
  garden.others.set([cursorOf(text)])
  garden.invitations.set([invitationOf(text)])
  garden.conflicts.set([conflictOf(text)])
  garden.trash.set([deletedOf(text)])
  garden.text('note').current.get().yText.insert(0, text)
  garden.row('bean').set({ ...invalidOf(text), title: text, $: { type: 'note' } } as unknown as FakeRow)
  const fake = createFakeEcho({ spaces: [garden], identity: { status: 'unsaved', identity: { id: 'ann' as IdentityId, name: text } } })
  fake.devices.set([deviceOf(text), { ...deviceOf(text), id: 'e'.repeat(64) as DeviceId, isThis: true, revocable: 'no' }])
  return { text, fake, garden, page: pageOf(text) }
}

/** One case for each component, in the state that says most of what people wrote. */
export const kitCases: Readonly<Record<ComponentName, KitCase>> = {
  AddDeviceButton: { isConnected: true, element: () => <kit.AddDeviceButton />, says: [m.addDevice.button] },
  AddDeviceDialogView: {
    element: ({ text }) => (
      <kit.AddDeviceDialogView
        open
        onClose={ignore}
        state={{ status: 'approving', ...open, requests: [{ guest: 'aa', name: text, digits: '123456' }] }}
        wordsUnsaved
        onCreate={ignore}
        onApprove={ignore}
        onDeny={ignore}
        onCancel={ignore}
      />
    ),
    says: [m.addDevice.approvingTitle, m.addDevice.asksByDigits('Garden'), '123456', '9:32'],
  },
  Announcer: { element: ({ text }) => <kit.Announcer>{text}</kit.Announcer>, says: ['Garden', 'role="alert"'] },
  Avatar: { element: ({ text }) => <kit.Avatar id="ben" name={text} />, says: ['Garden', '>G<'] },
  AvatarStack: { isConnected: true, element: ({ garden }) => <kit.AvatarStack space={garden.space} />, says: [m.presence.label, 'Garden'] },
  AvatarStackView: {
    element: ({ text }) => <kit.AvatarStackView max={2} people={['a', 'b', 'c'].map((identity) => ({ identity, name: text }))} />,
    says: ['Garden', '+2'],
  },
  Button: { element: ({ text }) => <kit.Button variant="primary">{text}</kit.Button>, says: ['Garden', 'type="button"'] },
  ConfirmDialog: {
    element: ({ text }) => (
      <kit.ConfirmDialog
        open
        title={m.members.removeTitle('Ben')}
        onClose={ignore}
        confirm="Remove"
        onConfirm={ignore}
        state={idle}
        busy=""
      >
        <p>{text}</p>
      </kit.ConfirmDialog>
    ),
    says: ['Remove Ben?', 'Garden', m.common.cancel],
  },
  ConflictBadge: {
    isConnected: true,
    element: ({ garden }) => <kit.ConflictBadge space={garden.space} id="bean" />,
    says: [m.conflicts.badge(1)],
  },
  ConflictBadgeView: {
    element: ({ text }) => <kit.ConflictBadgeView conflicts={[conflictOf(text)]} nameOf={() => text} onRestore={ignore} />,
    says: [m.conflicts.badge(1)],
  },
  AuthCodeDisplay: { element: () => <kit.AuthCodeDisplay code="048215" />, says: ['048215'] },
  AuthCodeInput: {
    element: () => <kit.AuthCodeInput label="Code" value="0482" onChange={ignore} error="Another one" />,
    says: ['Code', '0482', 'Another one'],
  },
  Countdown: { element: () => <kit.Countdown label="Ends in" deadline={now + 61_000} />, says: ['Ends in', '1:01'] },
  DeleteSpaceDialog: {
    isConnected: true,
    element: ({ garden }) => <kit.DeleteSpaceDialog space={garden.space} open onClose={ignore} onDeleted={ignore} />,
    says: [m.deleteSpace.title('Garden'), m.deleteSpace.member],
  },
  DeleteSpaceDialogView: {
    element: ({ text }) => (
      <kit.DeleteSpaceDialogView
        open
        onClose={ignore}
        spaceName={text}
        standing="alone"
        withdrawn={2}
        onSave={ignore}
        command={idle}
        onDelete={ignore}
      />
    ),
    says: [m.deleteSpace.title('Garden'), m.deleteSpace.alone, m.notice.save],
  },
  DeviceList: { isConnected: true, element: () => <kit.DeviceList />, says: ['Garden', m.devices.thisDevice] },
  DeviceListView: {
    element: ({ text }) => <kit.DeviceListView devices={[deviceOf(text)]} onRevoke={ignore} onRename={ignore} />,
    says: ['Garden', m.devices.lost, m.devices.rename],
  },
  Dialog: {
    element: ({ text }) => (
      <kit.Dialog open title={text} onClose={ignore}>
        <p>Content</p>
      </kit.Dialog>
    ),
    says: ['Garden', 'Content', m.common.close],
  },
  EchoErrorBoundary: { element: ({ text }) => <kit.EchoErrorBoundary>{text}</kit.EchoErrorBoundary>, says: ['Garden'] },
  EchoUiConfig: {
    element: ({ text }) => (
      <kit.EchoUiConfig locale="de" messages={{ identity: { nameMissing: text } }}>
        <kit.RoleSelect value="editor" onChange={ignore} />
      </kit.EchoUiConfig>
    ),
    says: ['lang="de"', m.invite.role],
  },
  ErrorNote: { element: () => <kit.ErrorNote error={refused} />, says: [m.errors['not-authorised']!, 'not-authorised'] },
  ErrorPanel: { element: () => <kit.ErrorPanel error={refused} onRetry={ignore} />, says: [m.boundary.title, m.common.retry] },
  IdentityForm: {
    element: () => <kit.IdentityForm {...form} mode="recover" onPair={ignore} />,
    says: [m.identity.phrase, m.identity.toPair],
  },
  IdentityGate: {
    isConnected: true,
    element: ({ text }) => <kit.IdentityGate>{text}</kit.IdentityGate>,
    says: ['Garden', m.phrase.noticeTitle],
  },
  IdentityGateView: {
    element: () => <kit.IdentityGateView status="none" form={form} />,
    says: [m.identity.createTitle, m.identity.create],
  },
  InfiniteList: {
    isConnected: true,
    element: ({ garden, text }) => (
      <InfiniteList space={garden.space} query={query.all()} label={text}>
        {(row) => (row as unknown as FakeRow).title}
      </InfiniteList>
    ),
    says: ['Garden', 'aria-setsize="1"'],
  },
  InfiniteListView: {
    element: ({ text }) => (
      <InfiniteListView rows={[{ id: 'a', title: text }]} total={1} label={text} empty="Nothing">
        {({ title }) => title}
      </InfiniteListView>
    ),
    says: ['aria-label="Garden"'],
  },
  InvalidRows: {
    isConnected: true,
    element: ({ garden }) => <kit.InvalidRows space={garden.space} query={query.all() as never} />,
    says: [m.invalid.hint(1), 'Garden: Garden'],
  },
  InvalidRowsView: {
    element: ({ text }) => <kit.InvalidRowsView rows={[invalidOf(text)]} onDelete={ignore} />,
    says: [m.invalid.hint(1), 'Garden: Garden', m.invalid.delete],
  },
  InvitationList: {
    isConnected: true,
    element: ({ garden }) => <kit.InvitationList space={garden.space} />,
    says: [m.invite.asks('Garden')],
  },
  InvitationListView: {
    element: ({ text }) => (
      <kit.InvitationListView invitations={[invitationOf(text)]} spaceName={text} nameOf={() => text} onCommand={ignore} />
    ),
    says: [m.invite.asks('Garden'), m.invitations.by('Garden'), m.invitations.revoke],
  },
  InviteButton: { isConnected: true, element: ({ garden }) => <kit.InviteButton space={garden.space} />, says: [m.invite.button] },
  InviteDialogView: {
    element: ({ text }) => (
      <kit.InviteDialogView
        open
        onClose={ignore}
        spaceName={text}
        state={{ status: 'approving', ...open, role: 'editor', usesLeft: 1, joined: [text], requests: [{ guest: 'aa', name: text }] }}
        onCreate={ignore}
        onApprove={ignore}
        onDeny={ignore}
        onAnother={ignore}
        onCancel={ignore}
      />
    ),
    says: [m.invite.approvingTitle, m.invite.approve('Garden'), m.invite.further],
  },
  InviteLink: { element: ({ text }) => <kit.InviteLink url={url} shareText={text} />, says: [url, m.invite.copy] },
  InviteOptions: {
    element: () => <kit.InviteOptions value={{ ...kit.defaultInviteChoices, lasts: 'week', people: 3 }} onChange={ignore} />,
    says: [m.invite.lasts, m.invite.people, m.invite.withOthers],
  },
  ItemGraph: { isConnected: true, element: ({ garden }) => <kit.ItemGraph space={garden.space} query={query.all()} />, says: ['Garden'] },
  ItemGraphView: {
    element: ({ text }) => (
      <kit.ItemGraphView
        items={[
          { id: 'a', label: text, parentId: undefined },
          { id: 'b', label: text, parentId: 'a' },
        ]}
        links={[{ id: 'l', source: 'a', target: 'b' }]}
        onSelect={ignore}
      />
    ),
    says: [m.graph.label, m.graph.node('Garden', ['Garden'])],
  },
  JoinDialog: {
    isConnected: true,
    element: () => <kit.JoinDialog open link={url} onClose={ignore} onJoined={ignore} />,
    says: [m.join.previewTitle('Garden'), m.join.accept],
  },
  JoinDialogView: {
    element: ({ text }) => (
      <kit.JoinDialogView
        open
        onClose={ignore}
        state={{ status: 'preview', preview: previewOf(text) }}
        identityForm={form}
        onLink={ignore}
        onAccept={ignore}
        onCode={ignore}
        onCancel={ignore}
        onJoined={ignore}
      />
    ),
    says: [m.join.previewTitle('Garden'), m.join.unverified, m.join.accept],
  },
  JoinRequests: {
    element: ({ text }) => <kit.JoinRequests requests={[{ guest: 'g', name: text }]} onApprove={ignore} onDeny={ignore} />,
    says: [m.invite.asks('Garden'), m.invite.approve('Garden'), m.invite.deny('Garden')],
  },
  JsonView: { element: ({ text }) => <kit.JsonView value={{ [text]: [text] }} openLevels={3} />, says: ['Garden', '&quot;Garden&quot;'] },
  LeaveSpaceDialog: {
    isConnected: true,
    element: ({ garden }) => <kit.LeaveSpaceDialog space={garden.space} open onClose={ignore} />,
    says: [m.members.leaveTitle('Garden'), m.members.leaveStays],
  },
  LeaveSpaceDialogView: {
    element: ({ text }) => (
      <kit.LeaveSpaceDialogView
        open
        onClose={ignore}
        spaceName={text}
        isLastOwner={false}
        isAlone={false}
        unsent
        command={idle}
        onLeave={ignore}
      />
    ),
    says: [m.members.leaveTitle('Garden'), m.members.leaveUnsent, m.members.leaveConfirm],
  },
  MarkdownEditor: {
    isConnected: true,
    element: ({ garden, text }) => (
      <MarkdownEditor space={garden.space} text={garden.text('note').handle} label={text} placeholder={text} />
    ),
    says: ['Garden', 'role="toolbar"'],
  },
  MarkdownEditorView: {
    element: ({ garden }) => <MarkdownEditorView text={garden.text('note').handle} label="Notes" />,
    says: ['>Garden<', '>Notes<', m.editor.bold],
  },
  MemberList: {
    isConnected: true,
    element: ({ garden }) => <kit.MemberList space={garden.space} />,
    says: ['Ann', 'Garden', m.members.leave],
  },
  MemberListView: {
    element: ({ text, garden }) => (
      <kit.MemberListView members={[me, memberOf(text)]} permissions={garden.permissions.get()} spaceName={text} />
    ),
    says: ['Ann', m.members.roleOf('Garden'), m.members.removeNamed('Garden')],
  },
  PairDeviceDialog: {
    isConnected: true,
    element: () => <kit.PairDeviceDialog open link={url} onClose={ignore} />,
    says: [m.pair.previewTitle, m.pair.preview('Ann')],
  },
  PairDeviceDialogView: {
    element: ({ text }) => (
      <kit.PairDeviceDialogView
        open
        onClose={ignore}
        state={{ status: 'preview', preview: previewOf(text) }}
        onLink={ignore}
        onAccept={ignore}
        onCode={ignore}
        onConfirm={ignore}
        onCancel={ignore}
      />
    ),
    says: [m.pair.previewTitle, m.pair.preview('Garden'), m.pair.accept],
  },
  PassphraseButton: { isConnected: true, element: () => <kit.PassphraseButton />, says: [m.passphrase.button] },
  PassphraseDialog: {
    isConnected: true,
    element: () => <kit.PassphraseDialog open onClose={ignore} />,
    says: [m.passphrase.setTitle, m.passphrase.setWarning],
  },
  PassphraseDialogView: {
    element: () => <kit.PassphraseDialogView open onClose={ignore} isSet state={idle} onCall={ignore} onReset={ignore} />,
    says: [m.passphrase.title, m.passphrase.lock],
  },
  PersistenceNotice: {
    isConnected: true,
    element({ fake }) {
      fake.storage.set({ status: 'ready', persistent: false })
      return <kit.PersistenceNotice />
    },
    says: [m.storage.label, m.storage.keep],
  },
  PersistenceNoticeView: {
    element: () => <kit.PersistenceNoticeView state={{ status: 'ready', persistent: false }} onPersist={ignore} onLater={ignore} />,
    says: [m.storage.label, m.storage.mayBeEvicted, m.storage.later],
  },
  PresenceCursors: {
    isConnected: true,
    element: ({ garden }) => (
      <kit.PresenceCursors space={garden.space} area="board" style={{ blockSize: 100 }}>
        Board
      </kit.PresenceCursors>
    ),
    says: ['Board', 'Garden'],
  },
  PresenceCursorsView: {
    element: ({ text }) => <kit.PresenceCursorsView cursors={[cursorOf(text)]} style={{ blockSize: 100 }} />,
    says: ['Garden', 'aria-hidden="true"'],
  },
  PresenceDot: { element: () => <kit.PresenceDot activity="away" />, says: [m.presence.activity.away] },
  ProfileForm: { isConnected: true, element: () => <kit.ProfileForm />, says: [m.identity.name, m.profile.save] },
  ProfileFormView: {
    element: ({ text }) => <kit.ProfileFormView id="ben" profile={{ name: text }} state={{ status: 'saved' }} onSave={ignore} />,
    says: ['value="Garden"', m.profile.saved],
  },
  QrCode: { element: () => <kit.QrCode text={url} label={m.addDevice.qr} />, says: [m.addDevice.qr] },
  QrScanner: {
    element: () => <kit.QrScanner onLink={ignore} camera={noCamera} />,
    says: [m.scan.states.prompt],
  },
  QrScannerView: { element: () => <kit.QrScannerView state={{ status: 'denied' }} />, says: [m.scan.states.denied] },
  RecoveryPhraseButton: { isConnected: true, element: () => <kit.RecoveryPhraseButton />, says: [m.phrase.title] },
  RecoveryPhraseDialog: {
    element: () => (
      <kit.RecoveryPhraseDialog
        open
        onClose={ignore}
        state={{ status: 'shown', phrase: 'abandon art' }}
        onReveal={ignore}
        onWritten={ignore}
        onConfirm={ignore}
      />
    ),
    says: [m.phrase.title, '>abandon<', '>art<', m.phrase.written],
  },
  RecoveryPhraseNotice: { isConnected: true, element: () => <kit.RecoveryPhraseNotice />, says: [m.phrase.noticeTitle, m.phrase.later] },
  RecoveryPhraseNoticeView: {
    element: () => <kit.RecoveryPhraseNoticeView onShow={ignore} onLater={ignore} />,
    says: [m.phrase.noticeTitle, m.phrase.notice, m.phrase.save],
  },
  RemoveMemberDialog: {
    isConnected: true,
    element: ({ garden, text }) => <kit.RemoveMemberDialog space={garden.space} member={memberOf(text)} onClose={ignore} />,
    says: [m.members.removeTitle('Garden'), m.members.removeKeys],
  },
  RemoveMemberDialogView: {
    element: ({ text }) => <kit.RemoveMemberDialogView member={memberOf(text)} onClose={ignore} command={idle} onRemove={ignore} />,
    says: [m.members.removeTitle('Garden'), m.members.removeNamed('Garden')],
  },
  RichTextEditor: {
    element: ({ page }) => <RichTextEditor text={page} label="Page" />,
    says: ['Page', 'Garden'],
  },
  RoleSelect: { element: () => <kit.RoleSelect value="admin" onChange={ignore} />, says: [m.invite.role, m.roleHints.admin] },
  SignOutDialog: {
    isConnected: true,
    element: () => <kit.SignOutDialog open onClose={ignore} onErased={ignore} />,
    says: [m.signOut.title, m.signOut.wordsUnsaved],
  },
  SignOutDialogView: {
    element: () => <kit.SignOutDialogView open onClose={ignore} state={{ status: 'asking' }} wordsUnsaved onErase={ignore} />,
    says: [m.signOut.title, m.signOut.warning, m.common.typeToConfirm(m.common.deleteWord)],
  },
  SpaceForm: { isConnected: true, element: () => <kit.SpaceForm onCancel={ignore} />, says: [m.spaces.name, m.spaces.create] },
  SpaceFormView: {
    element: ({ text }) => <kit.SpaceFormView name={text} state={idle} onSubmit={ignore} onCancel={ignore} />,
    says: ['value="Garden"', m.spaces.rename],
  },
  SpaceList: { isConnected: true, element: () => <kit.SpaceList onOpen={ignore} />, says: ['Garden', m.spaces.members(2)] },
  SpaceListView: {
    element: ({ text }) => <kit.SpaceListView spaces={[spaceOf(text)]} current="garden" hrefOf={() => '#x'} />,
    says: ['Garden', 'aria-current="page"', m.roles.editor],
  },
  SpaceNotice: {
    isConnected: true,
    element({ garden, text }) {
      garden.state.set(removedBy(text))
      return <kit.SpaceNotice space={garden.space} onForget={ignore} />
    },
    says: [m.notice.removed(['Garden']), m.notice.forget],
  },
  SpaceNoticeView: {
    element: ({ text }) => (
      <kit.SpaceNoticeView state={removedBy(text)} withdrawn={withdrawn} onSave={ignore} onJoinAgain={ignore} onForget={ignore} />
    ),
    says: [m.notice.removed(['Garden']), m.notice.joinAgain, m.notice.forget],
  },
  SpaceSwitcher: {
    isConnected: true,
    element: () => <kit.SpaceSwitcher current="garden" onSwitch={ignore} />,
    says: ['Garden', m.spaces.switch],
  },
  SpaceSwitcherView: {
    element: ({ text }) => <kit.SpaceSwitcherView spaces={[spaceOf(text)]} current={undefined} onSwitch={ignore} />,
    says: ['Garden', m.spaces.choose],
  },
  ConnectionDoctor: {
    isConnected: true,
    element: ({ garden }) => <kit.ConnectionDoctor space={garden.space} />,
    says: [m.doctor.verdicts.reading],
  },
  ConnectionDoctorView: {
    element: ({ text }) => (
      <kit.ConnectionDoctorView
        state={diagnosticsOf([{ code: 'peer-offline', check: 'members', severity: 'notice', space: { ...garden, name: text } }], {
          peers: [peerOf(text)],
        })}
      />
    ),
    says: [m.doctor.verdicts.notice, 'No other device of “Garden”', '<bdi>Garden</bdi>'],
  },
  SyncStatus: { isConnected: true, element: ({ garden }) => <kit.SyncStatus space={garden.space} />, says: [m.sync.upToDate(1)] },
  SyncStatusView: {
    element: () => <kit.SyncStatusView state={{ status: 'syncing', peers: 1, received: 1, total: 4, ...savedHere, unsaved: 2 }} />,
    says: [m.sync.syncing, m.sync.percent(0.25), m.sync.saving],
  },
  TextField: {
    element: ({ garden, text }) => <kit.TextField label={text} multiline text={garden.text('note').handle} maxLength={20_000} />,
    says: ['>Garden</label>', '>Garden</textarea>'],
  },
  Trash: { isConnected: true, element: ({ garden }) => <kit.Trash space={garden.space} />, says: ['Garden', m.trash.restore] },
  TrashView: {
    element: ({ text }) => <kit.TrashView items={[deletedOf(text)]} nameOf={() => text} onRestore={ignore} onPurge={ignore} />,
    says: [m.trash.restoreNamed('Garden'), m.trash.by('Garden'), m.trash.purge],
  },
  Unlock: { isConnected: true, element: () => <kit.Unlock />, says: [m.passphrase.lockedTitle, m.passphrase.unlock] },
  UnlockView: {
    element: () => <kit.UnlockView state={idle} onUnlock={ignore} onForgot={ignore} />,
    says: [m.passphrase.lockedTitle, m.passphrase.forgot],
  },
}

const noCamera: kit.QrCamera = { open: () => new Promise(() => {}), createReader: () => new Promise(() => {}) }

/** A clock that stands still, for what counts down. */
export const kitClock = (): number => now

/** A component of the kit in a page, as an app has it: what reads a database stands below a provider. */
export function KitPage({
  name,
  world,
  clock = kitClock,
}: {
  readonly name: ComponentName
  readonly world: KitWorld
  readonly clock?: () => number
}): ReactNode {
  const { element, isConnected } = kitCases[name]
  return (
    <kit.EchoUiConfig now={clock}>
      {isConnected ? (
        <EchoProvider echo={world.fake.echo} fallback={<p>splash</p>}>
          {element(world)}
        </EchoProvider>
      ) : (
        element(world)
      )}
    </kit.EchoUiConfig>
  )
}

/** How many listen to something of a world. */
export function listenersOf({ fake, garden }: KitWorld): number {
  const readables = [...Object.values(fake), ...Object.values(garden), garden.text('note').current, ...garden.queries.values()]
  return readables.reduce((sum: number, each) => sum + (isCounted(each) ? each.listeners() : 0), 0)
}

function isCounted(value: unknown): value is Counted<unknown> {
  return typeof value === 'object' && value !== null && 'listeners' in value
}
