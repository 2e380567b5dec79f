import { useState, type ReactNode } from 'react'
import {
  AddDeviceButton,
  Button,
  DeviceList,
  Dialog,
  PassphraseButton,
  PersistenceNotice,
  ProfileForm,
  RecoveryPhraseButton,
  SignOutDialog,
} from 'echo-react/components'

/** The person: how others see her, her devices, and what keeps this one safe. */
export function Account({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const [isLeaving, setLeaving] = useState(false)
  return (
    <>
      <Dialog open={open} onClose={onClose} title="You and your devices">
        <section className="part" aria-labelledby="profile-heading">
          <h3 id="profile-heading">How others see you</h3>
          <ProfileForm />
        </section>
        <section className="part" aria-labelledby="devices-heading">
          <h3 id="devices-heading">Your devices</h3>
          <DeviceList />
          <div className="row">
            <AddDeviceButton />
          </div>
        </section>
        <section className="part" aria-labelledby="safety-heading">
          <h3 id="safety-heading">This device</h3>
          <PersistenceNotice />
          <div className="row">
            <RecoveryPhraseButton />
            <PassphraseButton />
            <Button onClick={() => setLeaving(true)}>Sign out</Button>
          </div>
        </section>
      </Dialog>
      <SignOutDialog open={isLeaving} onClose={() => setLeaving(false)} onErased={() => location.reload()} />
    </>
  )
}
