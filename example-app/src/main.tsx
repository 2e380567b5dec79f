import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { takeInvitationFromLocation } from 'echo-react/components'
import 'echo-react/styles.css'
import './app.css'
import { App } from './App.tsx'

const container = document.getElementById('root')
if (!container) throw new Error('index.html holds no element with the id "root".')

// First of all, so that the secret is out of the address before anything can copy it.
const invitation = takeInvitationFromLocation()

createRoot(container).render(
  <StrictMode>
    <App invitation={invitation} />
  </StrictMode>,
)
