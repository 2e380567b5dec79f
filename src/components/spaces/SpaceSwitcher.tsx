'use client'
import { useId, type ComponentProps, type ReactNode } from 'react'
import type { SpaceInfo } from '../../client/states.ts'
import { useSpaces } from '../../react/useSpaces.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { spaceTitle } from './SpaceList.tsx'

export interface SpaceSwitcherProps extends Omit<ComponentProps<'select'>, 'value' | 'onChange' | 'children'> {
  /** The id of the space that is shown. */
  readonly current: string | undefined
  readonly onSwitch: (space: SpaceInfo) => void
}

export type SpaceSwitcherViewProps = SpaceSwitcherProps & { readonly spaces: readonly SpaceInfo[] }

/**
 * Goes from one space to another, in little room.
 * @example
 * <SpaceSwitcher current={space.id} onSwitch={({ id }) => navigate(id)} />
 */
export function SpaceSwitcher(props: SpaceSwitcherProps): ReactNode {
  return <SpaceSwitcherView {...props} spaces={useSpaces()} />
}

/** {@link SpaceSwitcher} with any spaces. Native props go to its select. */
export function SpaceSwitcherView({ spaces, current, onSwitch, className, ...props }: SpaceSwitcherViewProps): ReactNode {
  const messages = useMessages()
  const id = useId()
  const isKnown = spaces.some((space) => space.id === current)
  return (
    <div className={classNames('echo-field', className)} data-slot="space-switcher">
      <label htmlFor={id}>{messages.spaces.switch}</label>
      <select
        id={id}
        className="echo-input"
        disabled={spaces.length === 0}
        {...props}
        value={isKnown ? current : ''}
        onChange={({ target }) => {
          const chosen = spaces.find((space) => space.id === target.value)
          if (chosen !== undefined) onSwitch(chosen)
        }}
      >
        {!isKnown && (
          <option value="" disabled>
            {spaces.length === 0 ? messages.spaces.none : messages.spaces.choose}
          </option>
        )}
        {spaces.map((space) => (
          <option key={space.id} value={space.id}>
            {spaceTitle(space, messages)}
          </option>
        ))}
      </select>
    </div>
  )
}
