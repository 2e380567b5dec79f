'use client'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { classNames } from '../basics/classNames.ts'
import { Delayed } from '../basics/Delayed.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { IdentityForm, type IdentityFormProps } from './IdentityForm.tsx'
import { PairDeviceDialog } from '../devices/PairDeviceDialog.tsx'
import { RecoveryPhraseNotice } from './RecoveryPhraseNotice.tsx'
import { Unlock } from './Unlock.tsx'
import { useIdentityForm } from './useIdentityForm.ts'
import { Waiting } from '../basics/Waiting.tsx'

/**
 * Shows its children to someone who has an identity on this device, and otherwise asks for a name, for recovery words, or for another device; or for the
 * passphrase, where the device is locked. Above the children
 * it offers the recovery words until they are written down, and tells while what the person has on other devices is still to come.
 * @example
 * <IdentityGate><Notes /></IdentityGate>
 */
export function IdentityGate({ children, ...props }: ComponentProps<'section'>): ReactNode {
  const { status, awaitsDevices } = useIdentity()
  const { identity: messages } = useMessages()
  const form = useIdentityForm()
  const [pairing, setPairing] = useState(false)
  return (
    <>
      {status === 'loading' || status === 'none' || status === 'locked' ? (
        <IdentityGateView {...props} status={status} form={{ ...form, onPair: () => setPairing(true) }}>
          {status === 'locked' && <Unlock />}
        </IdentityGateView>
      ) : (
        <>
          <RecoveryPhraseNotice />
          {awaitsDevices && (
            // There before its text is, or it is not read out.
            <div aria-live="polite" data-slot="awaits-devices">
              <Delayed delayMs={500}>
                <div className="echo-notice">
                  <Waiting>{messages.awaitsDevices}</Waiting>
                </div>
              </Delayed>
            </div>
          )}
          {children}
        </>
      )}
      <PairDeviceDialog open={pairing} onClose={() => setPairing(false)} />
    </>
  )
}

export interface IdentityGateViewProps extends ComponentProps<'section'> {
  /** `locked`: what is to be shown stands among the children. */
  readonly status: 'loading' | 'none' | 'locked'
  readonly form: IdentityFormProps
  /** Milliseconds before a loading state is shown. */
  readonly delayMs?: number
}

/** What {@link IdentityGate} shows in place of its children. */
export function IdentityGateView({ status, form, delayMs, className, children, ...props }: IdentityGateViewProps): ReactNode {
  const { identity: messages, common } = useMessages()
  return (
    <section data-slot="identity-gate" data-state={status} className={classNames('echo-gate', className)} {...props}>
      {status === 'loading' ? (
        <Delayed {...(delayMs !== undefined && { delayMs })}>
          <Waiting>{common.loading}</Waiting>
        </Delayed>
      ) : status === 'locked' ? (
        children
      ) : (
        <div className="echo-card">
          <h1>{form.mode === 'recover' ? messages.recoverTitle : messages.createTitle}</h1>
          <p className="echo-hint">{form.mode === 'recover' ? messages.recoverHint : messages.createHint}</p>
          <IdentityForm {...form} />
        </div>
      )}
    </section>
  )
}
