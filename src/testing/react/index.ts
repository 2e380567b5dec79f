export { renderWithEcho, type RenderWithEchoOptions } from './renderWithEcho.tsx'
