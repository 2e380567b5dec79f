/// <reference types="vite/client" />
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

const container = document.getElementById('root')
if (!container) throw new Error('index.html holds no element with the id "root".')

createRoot(container).render(
  <StrictMode>
    <main>
      <h1>echo-react</h1>
      <p>Signaling server: {String(import.meta.env['VITE_SIGNALING_URL'])}</p>
    </main>
  </StrictMode>,
)
