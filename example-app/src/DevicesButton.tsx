import { useState, type ReactNode } from 'react'
import { Button, DeviceList, Dialog } from 'echo-react/components'

/** Opens the list of the person's own devices. */
export function DevicesButton(): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="quiet" onClick={() => setOpen(true)}>
        Your devices
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Your devices">
        <DeviceList />
      </Dialog>
    </>
  )
}
