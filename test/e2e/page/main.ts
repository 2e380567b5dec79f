import { installFrameRecorder } from './frameRecorder.ts'
import { createLab, type Lab } from './lab.ts'

declare global {
  interface Window {
    lab: Lab
  }
}

installFrameRecorder()
window.lab = createLab()
