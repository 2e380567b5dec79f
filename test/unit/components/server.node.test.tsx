import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import * as kit from '../../../src/components/index.ts'
import { Portal } from '../../../src/components/Portal.tsx'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { createFakeEcho, createFakeSpace } from '../react/fakeEcho.ts'

describe('on a server', () => {
  it('has no window, and every view renders its content', () => {
    expect(typeof window).toBe('undefined')
    const form = { mode: 'create', onModeChange() {}, onCreate() {}, onRecover() {}, busy: false, error: undefined } as const
    const garden = createFakeSpace()
    garden.text('note').current.get().yText.insert(0, 'written before')
    const html = renderToString(
      <kit.EchoUiConfig>
        <kit.IdentityGateView status="none" form={form} />
        <kit.SyncStatusView state={{ status: 'up-to-date', peers: 2, unsaved: 0 }} />
        <kit.AvatarStackView people={[{ identity: 'a', name: 'Ann' }]} />
        <kit.RecoveryPhraseNoticeView onShow={() => {}} onLater={() => {}} />
        <kit.InviteDialogView
          open={false}
          onClose={() => {}}
          spaceName="Garden"
          state={{ status: 'idle' }}
          onCreate={() => {}}
          onApprove={() => {}}
          onDeny={() => {}}
          onCancel={() => {}}
        />
        <kit.TextField label="Notes" multiline text={garden.text('note').handle} />
      </kit.EchoUiConfig>,
    )
    for (const text of [
      'What should others call you?',
      'In sync with 2 other devices',
      'Ann',
      'Save your recovery words',
      '<dialog',
      'written before',
    ]) {
      expect(html).toContain(text)
    }
  })

  it('renders nothing of what belongs to the end of the page', () => {
    const html = renderToString(
      <p>
        before
        <Portal>
          <div>dialog</div>
        </Portal>
      </p>,
    )
    expect(html).toBe('<p>before</p>')
  })

  it('shows the provider’s fallback for an open database too', () => {
    const html = renderToString(
      <EchoProvider echo={createFakeEcho().echo} fallback={<p>splash</p>}>
        <kit.IdentityGate>app</kit.IdentityGate>
      </EchoProvider>,
    )
    expect(html).toBe('<p>splash</p>')
  })

  it('finds no invitation', () => {
    expect(kit.takeInvitationFromLocation()).toBeUndefined()
  })
})
