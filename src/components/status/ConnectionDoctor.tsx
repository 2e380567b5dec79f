'use client'
import type { ComponentProps, ReactNode } from 'react'
import type { DiagnosticCheck, DiagnosticFinding, Diagnostics } from '../../client/diagnostics/diagnostics.ts'
import type { Space } from '../../client/echo.ts'
import { useDiagnostics } from '../../react/useDiagnostics.ts'
import { classNames } from '../basics/classNames.ts'
import { plainName } from '../basics/plainName.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import type { Messages } from '../config/messages.ts'
import { CopyReport } from './CopyReport.tsx'
import { DoctorPeers } from './DoctorPeers.tsx'

/**
 * Says why devices do not connect and what to do: server, ways, members, versions, clocks, how each peer is reached; and gives a report to send on. It looks
 * while it is in the page, so show it where somebody asks for it.
 * @example
 * <ConnectionDoctor space={space} />
 */
export function ConnectionDoctor({
  space,
  ...props
}: ComponentProps<'fieldset'> & {
  /** Looks at this one alone; at all spaces that are open by default. */
  readonly space?: Space
}): ReactNode {
  return <ConnectionDoctorView {...props} state={useDiagnostics(space)} />
}

/** So many findings of one check are told; many peers can make many. */
const maxTold = 4

/** {@link ConnectionDoctor} in any of its states. What changes all the time, such as bytes, stands beside the live region: that is the verdict alone. */
export function ConnectionDoctorView({
  state,
  className,
  ...props
}: ComponentProps<'fieldset'> & { readonly state: Diagnostics }): ReactNode {
  const messages = useMessages()
  const { doctor } = messages
  const { status, checks, findings, peers } = state
  return (
    <fieldset
      data-slot="connection-doctor"
      data-state={status}
      className={classNames('echo-doctor', className)}
      aria-label={doctor.label}
      aria-busy={status === 'reading'}
      {...props}
    >
      <p className="echo-verdict" data-state={status}>
        <span className="echo-dot" aria-hidden="true" />
        <output>{doctor.verdicts[status]}</output>
      </p>
      {checks.length === 0 ? (
        findings.map((found) => <p key={found.code}>{findingText(found, messages)}</p>)
      ) : (
        <ul>
          {checks.map((check) => (
            <Check key={check.name} check={check} state={state} />
          ))}
        </ul>
      )}
      {peers.length > 0 && <DoctorPeers peers={peers} />}
      {status !== 'reading' && <CopyReport report={state.report} />}
    </fieldset>
  )
}

function Check({ check: { name, status }, state }: { readonly check: DiagnosticCheck; readonly state: Diagnostics }): ReactNode {
  const messages = useMessages()
  const { doctor } = messages
  const found = state.findings.filter(({ check }) => check === name)
  return (
    <li data-check={name} data-state={status}>
      <span className="echo-dot" aria-hidden="true" />
      <div>
        <strong>{doctor.checks[name]}</strong> <span className="echo-hint">{doctor.states[status]}</span>
        {found.slice(0, maxTold).map((finding, i) => (
          <p key={i} data-code={finding.code}>
            {findingText(finding, messages)}
          </p>
        ))}
        {found.length > maxTold && <p>{doctor.more(found.length - maxTold)}</p>}
        {factsOf(name, state, messages).map((fact) => (
          <p key={fact} className="echo-hint">
            {fact}
          </p>
        ))}
      </div>
    </li>
  )
}

function factsOf(name: DiagnosticCheck['name'], { servers, ways }: Diagnostics, { doctor }: Messages): readonly string[] {
  if (name === 'signaling') {
    const answering = servers.flatMap(({ url, roundTripMs }) => (roundTripMs === undefined ? [] : [doctor.server(url, roundTripMs)]))
    return [...new Set(answering)].slice(0, maxTold)
  }
  if (name !== 'ways' || ways === undefined) return []
  const { local, public: outside, relayed } = ways.addresses
  return [doctor.addresses(local, outside, relayed)]
}

function findingText(found: DiagnosticFinding, { doctor: { findings }, spaces, members }: Messages): string {
  switch (found.code) {
    case 'relay-refused':
      return findings[found.code](found.url, found.reason)
    case 'clock-skew':
      return findings[found.code](plainName(found.person) || members.unnamed, found.aheadMs)
  }
  if ('url' in found) return findings[found.code](found.url)
  if ('space' in found) return findings[found.code](plainName(found.space.name) || spaces.untitled)
  return findings[found.code]
}
