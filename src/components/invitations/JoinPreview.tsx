'use client'
import type { ReactNode } from 'react'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import type { InvitationPreview } from '../../client/states.ts'

/** What a link says before anything is redeemed; its names were chosen by whoever made it. */
export function JoinPreview({ preview }: { readonly preview: InvitationPreview }): ReactNode {
  const { join, roles, roleHints } = useMessages()
  return (
    <>
      <dl className="echo-facts" data-slot="join-preview">
        <dt>{join.space}</dt>
        <dd>
          <bdi>{preview.spaceName === undefined ? join.unknown : plainName(preview.spaceName)}</bdi>
        </dd>
        <dt>{join.from}</dt>
        <dd>
          <bdi>{preview.inviterName === undefined ? join.unknown : plainName(preview.inviterName)}</bdi>
        </dd>
        {preview.role !== undefined && (
          <>
            <dt>{join.youWillBe}</dt>
            <dd>
              {roles[preview.role]} <span className="echo-hint">{roleHints[preview.role]}</span>
            </dd>
          </>
        )}
      </dl>
      <p className="echo-caution" data-slot="unverified">
        {join.unverified}
      </p>
    </>
  )
}
