// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState, type ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import * as kit from '../../../src/components/index.ts'
import { germanMessages } from '../../../src/components/config/germanMessages.ts'
import { LostDeviceDialog } from '../../../src/components/devices/LostDeviceDialog.tsx'
import { NetworkNote } from '../../../src/components/invitations/NetworkNote.tsx'
import type { Messages } from '../../../src/components/config/messages.ts'
import type { DeviceInfo, MemberInfo } from '../../../src/client/states.ts'
import type { InvitationInfo } from '../../../src/client/invitations/invitationOptions.ts'
import { EchoError, type EchoErrorCode } from '../../../src/shared/echoError.ts'
import type { DeviceId, IdentityId, ItemId, SpaceId } from '../../../src/shared/ids.ts'
import { allPermissions, savedHere } from '../react/fakeEcho.ts'
import { addressees, errorCodes } from './errorCodes.ts'

/** What shows errors, in a state with one. */
interface Panel {
  /** `retry` is to be called by what tries again. Where the panel shows an error only after it has failed itself, `retry` throws it. */
  readonly element: (error: EchoError, retry: () => void) => ReactNode
  /** The names of the buttons that try again, in order; or why there is none. */
  readonly again: ((messages: Messages) => readonly string[]) | string
  /** Typed before, by the label of the field. */
  readonly fill?: (messages: Messages) => Readonly<Record<string, string>>
  /** The buttons that bring the error about, where the panel does. */
  readonly before?: (messages: Messages) => readonly string[]
  /** What is said in the place of the usual text. */
  readonly says?: (messages: Messages, code: EchoErrorCode) => string | undefined
}

const ignore = (): void => {}
const device: DeviceInfo = { id: 'd'.repeat(64) as DeviceId, isThis: false, name: 'Phone', addedAt: 1, isOnline: true, revocable: 'yes' }
const ben: MemberInfo = { id: 'ben' as IdentityId, name: 'Ben', role: 'editor', isMe: false, activity: 'offline', deviceCount: 1, hue: 210 }
const permissions = {
  ...allPermissions,
  members: new Map([[ben.id, { canRemove: true, roles: ['editor'] as const }]]),
}
const invitation: InvitationInfo = {
  id: 'a',
  status: 'open',
  inviter: ben.id,
  isMine: true,
  isSent: true,
  role: 'editor',
  uses: 1,
  usesLeft: 1,
  approval: false,
  delegated: false,
  expiresAt: 0,
  requests: [],
}
const form = { mode: 'create', onModeChange: ignore, onRecover: ignore, busy: false } as const
const failed = (error: EchoError) => ({ status: 'error', error, retryable: true }) as const
const retryButton = (messages: Messages) => [messages.common.retry]

/** By the file that shows errors. */
const panels: Readonly<Record<string, readonly Panel[]>> = {
  AddDeviceDialogView: [
    {
      element: (error, retry) => (
        <kit.AddDeviceDialogView
          open
          onClose={ignore}
          state={failed(error)}
          wordsUnsaved={false}
          onCreate={retry}
          onApprove={ignore}
          onDeny={ignore}
          onCancel={ignore}
        />
      ),
      again: retryButton,
    },
  ],
  ConfirmDialog: [
    {
      element: (error, retry) => (
        <kit.ConfirmDialog
          open
          title="Sure?"
          onClose={ignore}
          confirm="Yes"
          onConfirm={retry}
          busy=""
          state={{ ...failed(error), call: 0 }}
        >
          {null}
        </kit.ConfirmDialog>
      ),
      again: () => ['Yes'],
    },
  ],
  ConflictBadge: [
    {
      element: (_error, retry) => (
        <kit.ConflictBadgeView
          conflicts={[{ key: 'title', value: 'x', kept: 'y', author: ben.id, time: 1 }]}
          nameOf={() => 'Ben'}
          onRestore={retry}
        />
      ),
      before: ({ conflicts }) => [conflicts.badge(1), conflicts.restoreNamed('title', 'Ben')],
      again: ({ conflicts }) => [conflicts.restoreNamed('title', 'Ben')],
    },
  ],
  DeviceList: [
    {
      element: (error, retry) => (
        <kit.DeviceListView
          devices={[device]}
          command={{ status: 'error', call: { name: 'rename', device: device.id, to: 'x' }, error }}
          onRename={retry}
        />
      ),
      again: 'each device has its own button to be renamed',
    },
  ],
  EchoErrorBoundary: [{ element: (error, retry) => <kit.ErrorPanel error={error} onRetry={retry} />, again: retryButton }],
  ErrorNote: [{ element: (error) => <kit.ErrorNote error={error} />, again: 'a part of others, which have their own buttons' }],
  GuestStep: [
    {
      element: (error, retry) => (
        <kit.JoinDialogView
          open
          onClose={ignore}
          state={failed(error)}
          identityForm={{ ...form, onCreate: ignore, error: undefined }}
          onLink={ignore}
          onAccept={retry}
          onCode={ignore}
          onCancel={ignore}
          onJoined={ignore}
        />
      ),
      again: retryButton,
      says: ({ join }, code) => join.faults[code],
    },
    {
      element: (error, retry) => (
        <kit.PairDeviceDialogView
          open
          onClose={ignore}
          state={{ status: 'invalid', error }}
          onLink={retry}
          onAccept={ignore}
          onCode={ignore}
          onConfirm={ignore}
          onCancel={ignore}
        />
      ),
      fill: ({ pair }) => ({ [pair.link]: 'https://notes.example/#echo=abc' }),
      again: ({ pair }) => [pair.continue],
    },
  ],
  IdentityForm: [
    {
      element: (error, retry) => <kit.IdentityForm {...form} onCreate={retry} error={error} />,
      fill: ({ identity }) => ({ [identity.name]: 'Ann' }),
      again: ({ identity }) => [identity.create],
      // Said at the field for the words, which is there for who comes back.
      says: (_messages, code) => (code === 'bad-phrase' ? '' : undefined),
    },
  ],
  InvalidRows: [
    {
      element: (_error, retry) => (
        <kit.InvalidRowsView rows={[{ id: 'bean' as ItemId, raw: {}, issues: [{ message: 'No', path: [] }] }]} onDelete={retry} />
      ),
      before: ({ invalid }) => [invalid.deleteNamed('bean')],
      again: ({ invalid }) => [invalid.deleteNamed('bean')],
    },
  ],
  InvitationList: [
    {
      element: (error, retry) => (
        <kit.InvitationListView
          invitations={[invitation]}
          spaceName="Garden"
          nameOf={() => 'Ben'}
          command={{ status: 'error', call: { name: 'revoke', id: 'a' }, error }}
          onCommand={retry}
        />
      ),
      again: ({ invitations, roles }) => [invitations.revokeNamed(invitations.title(roles.editor))],
    },
  ],
  InviteDialogView: [
    {
      element: (error, retry) => (
        <kit.InviteDialogView
          open
          onClose={ignore}
          spaceName="Garden"
          state={failed(error)}
          onCreate={retry}
          onApprove={ignore}
          onDeny={ignore}
          onAnother={ignore}
          onCancel={ignore}
        />
      ),
      again: retryButton,
    },
  ],
  LostDeviceDialog: [
    {
      element: (error, retry) => (
        <LostDeviceDialog
          device={device}
          name="Phone"
          state={{ status: 'error', call: { name: 'revoke', device: device.id }, error }}
          onClose={ignore}
          onRevoke={retry}
        />
      ),
      again: ({ devices }) => [devices.shutOut('Phone')],
      says: ({ devices }, code) => (code === 'not-authorised' ? devices.lostPhrase : undefined),
    },
  ],
  MemberList: [
    {
      element: (error, retry) => (
        <kit.MemberListView
          members={[ben]}
          permissions={permissions}
          command={{ status: 'error', call: { name: 'remove', member: 'ben' }, error }}
          onRemove={retry}
        />
      ),
      again: ({ members }) => [members.removeNamed('Ben'), members.removeNamed('Ben')],
    },
  ],
  NetworkNote: [
    {
      element: (error) => <NetworkNote network={{ status: 'unreachable', connections: 0, error } as never} />,
      again: 'it goes on trying by itself',
    },
  ],
  PassphraseDialogView: [
    {
      element: (error, retry) => (
        <kit.PassphraseDialogView
          open
          onClose={ignore}
          isSet
          state={{ status: 'error', call: 'remove', error }}
          onCall={retry}
          onReset={ignore}
        />
      ),
      fill: ({ passphrase }) => ({ [passphrase.current]: 'correct horse' }),
      again: ({ passphrase }) => [passphrase.remove],
      says: ({ passphrase }, code) => (code === 'bad-passphrase' ? passphrase.wrong : undefined),
    },
  ],
  PersistenceNotice: [
    {
      element: (error) => <kit.PersistenceNoticeView state={{ status: 'error', error } as never} onPersist={ignore} onLater={ignore} />,
      again: 'what could not be stored is stored as soon as it can be',
    },
  ],
  ProfileForm: [
    {
      element: (error, retry) => <kit.ProfileFormView id="ann" profile={{ name: 'Ann' }} state={failed(error)} onSave={retry} />,
      again: ({ profile }) => [profile.save],
    },
  ],
  RecoveryPhraseDialog: [
    {
      element: (error, retry) => (
        <kit.RecoveryPhraseDialog open onClose={ignore} state={failed(error)} onReveal={retry} onWritten={ignore} onConfirm={ignore} />
      ),
      again: retryButton,
    },
  ],
  SpaceForm: [
    {
      element: (error, retry) => <kit.SpaceFormView name="Garden" state={{ ...failed(error), call: 0 }} onSubmit={retry} />,
      again: retryButton,
    },
  ],
  SpaceList: [
    {
      element: (error, retry) => (
        <kit.SpaceListView
          spaces={[{ id: 'garden' as SpaceId, name: 'Garden', role: 'owner', memberCount: 1, state: { status: 'damaged', error } }]}
          onOpen={retry}
        />
      ),
      again: () => ['Garden'],
    },
  ],
  SpaceNotice: [
    {
      element: (error, retry) => (
        <kit.SpaceNoticeView state={{ status: 'ready' }} withdrawn={{ status: 'error', error, retry }} onSave={ignore} />
      ),
      again: retryButton,
    },
  ],
  SyncStatus: [
    {
      element: (error) => <kit.SyncStatusView state={{ status: 'error', error, ...savedHere, unsaved: 1 }} />,
      again: 'what could not be stored is stored as soon as it can be',
    },
  ],
  Trash: [
    {
      element: (_error, retry) => <kit.TrashView items={[deleted()]} nameOf={() => undefined} onRestore={retry} />,
      before: ({ trash }) => [trash.restoreNamed('Beans')],
      again: ({ trash }) => [trash.restoreNamed('Beans')],
    },
    {
      element: (_error, retry) => <kit.TrashView items={[deleted()]} nameOf={() => undefined} onPurge={retry} />,
      before: ({ trash }) => [trash.purgeNamed('Beans'), trash.purgeConfirm],
      again: ({ trash }) => [trash.purgeNamed('Beans'), trash.purgeConfirm],
    },
  ],
  Unlock: [
    {
      element: (error, retry) => <kit.UnlockView state={{ status: 'error', call: 'unlock', error }} onUnlock={retry} onForgot={ignore} />,
      fill: ({ passphrase }) => ({ [passphrase.field]: 'correct horse' }),
      again: ({ passphrase }) => [passphrase.unlock],
      says: ({ passphrase }, code) => (code === 'bad-passphrase' ? passphrase.wrong : undefined),
    },
  ],
}

function deleted() {
  return {
    id: 'bean' as ItemId,
    type: 'note',
    row: { id: 'bean', title: 'Beans' } as never,
    count: 0,
    deletedAt: undefined,
    deletedBy: undefined,
  }
}

/** To press buttons for each code would take long. With these, fields turn up or are asked for again. */
const tried: ReadonlySet<EchoErrorCode> = new Set(['storage-full', 'bad-phrase', 'bad-passphrase'])

const languages = { en: kit.englishMessages, de: germanMessages }
const folder = join(import.meta.dirname, '../../../src')

/** The files of components in which an error is put into words. */
function showingErrors(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(components|editors)[\\/].*\.tsx$/.test(path))
    .filter((path) => /<ErrorNote|errorText\(/.test(readFileSync(join(folder, path), 'utf8')))
    .map((path) => path.replace(/^.*[\\/]|\.tsx$/g, ''))
    .toSorted()
}

/** By hand: to look for a role takes a tenth of a second each, with thousands to look for. */
async function press(name: string): Promise<void> {
  const button = [...document.querySelectorAll('button')].findLast((each) =>
    (each.getAttribute('aria-label') ?? each.textContent ?? '').startsWith(name),
  )
  expect(button?.disabled, `a button ${name}`).toBe(false)
  // Some check what was typed by code that is fetched.
  await act(async () => fireEvent.click(button!))
}

afterEach(cleanup)

describe('the codes of errors', () => {
  it.each(Object.entries(languages))('have a text of their own in %s where a person can do something', (_language, messages) => {
    const without = errorCodes.filter((code) => addressees[code] === 'person' && messages.errors[code] === undefined)
    expect(without).toEqual([])
    expect(new Set(Object.values(messages.errors)).size).toBe(Object.values(messages.errors).length)
  })

  it('are each used somewhere', () => {
    const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !/echoError\.ts$|Messages\.ts$/.test(path))
      .map((path) => readFileSync(join(folder, path), 'utf8'))
      .join('\n')
    expect(errorCodes.filter((code) => !text.includes(`'${code}'`))).toEqual([])
  })
})

/** The text of the page without what was read out, which stays in the announcer unseen. */
function seenText(): string {
  const page = document.body.cloneNode(true) as HTMLElement
  for (const announcer of page.querySelectorAll('[data-slot=announcer]')) announcer.remove()
  return page.textContent
}

describe('each component that shows errors', () => {
  it('has a case here', () => {
    expect(Object.keys(panels).toSorted()).toEqual(showingErrors())
  })

  const cases = Object.entries(panels).flatMap(([name, each]) =>
    each.flatMap((panel, i) => Object.keys(languages).map((language) => [name, i + 1, language as 'en' | 'de', panel] as const)),
  )
  it.each(cases)('%s (%i, %s) says what each code means, and tries again', async (_name, _i, language, panel) => {
    const messages = languages[language]
    for (const code of errorCodes) {
      const error = new EchoError(code, 'For developers.')
      let tries = 0
      let fails = panel.before !== undefined
      const retry = (): void => {
        tries++
        if (fails) throw error
      }
      const { unmount } = render(<kit.EchoUiConfig messages={messages}>{panel.element(error, retry)}</kit.EchoUiConfig>)
      for (const name of panel.before?.(messages) ?? []) await press(name)
      const text = panel.says?.(messages, code) ?? kit.errorText(messages, code)
      expect(seenText(), code).toContain(text)
      if (addressees[code] === 'person') expect(seenText()).not.toContain(messages.unknownError)
      fails = false
      const triesBefore = tries
      if (typeof panel.again === 'function' && (panel.before !== undefined || tried.has(code))) {
        for (const [label, value] of Object.entries(panel.fill?.(messages) ?? {}))
          fireEvent.change(screen.getByLabelText(label), { target: { value } })
        for (const name of panel.again(messages)) await press(name)
        expect(tries, code).toBe(triesBefore + 1)
        if (panel.before !== undefined) expect(seenText()).not.toContain(text)
      }
      unmount()
    }
  })
})

/** Told by a component that fails while it renders. */
function Failing({ fails }: { readonly fails: () => boolean }): ReactNode {
  const [times] = useState(0)
  if (fails()) throw new EchoError('data-corrupt', 'For developers.')
  return <p>mended {times}</p>
}

it('a boundary tries again for as long as its part fails', async () => {
  let fails = true
  const caught: unknown[] = []
  const { error: print } = console
  console.error = () => {}
  render(
    <kit.EchoErrorBoundary onError={(error) => caught.push(error)}>
      <Failing fails={() => fails} />
    </kit.EchoErrorBoundary>,
  )
  await press(kit.englishMessages.common.retry)
  expect(caught.length).toBe(2)
  fails = false
  await press(kit.englishMessages.common.retry)
  console.error = print
  expect(document.body.textContent).toContain('mended')
})
