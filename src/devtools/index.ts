export { EchoDevtools, type EchoDevtoolsProps } from './EchoDevtools.tsx'
