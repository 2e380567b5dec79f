'use client'
import { useRef, useState, type ComponentProps, type KeyboardEvent, type ReactNode } from 'react'
import { classNames } from '../components/basics/classNames.ts'

/** A button of an {@link EditorToolbar}. */
export interface EditorTool {
  readonly id: string
  readonly label: string
  readonly icon: ReactNode
  /** Whether the selection has it; undefined for a button that is only pressed. */
  readonly pressed?: boolean
  /** Whether there is nothing for it to do. */
  readonly disabled?: boolean
  readonly onPress: () => void
}

/** Buttons beside an editor, one stop of the Tab key: arrow keys, Home and End go from one to the next. */
export function EditorToolbar({
  tools,
  label,
  disabled = false,
  className,
  ...props
}: Omit<ComponentProps<'div'>, 'children'> & {
  readonly tools: readonly EditorTool[]
  readonly label: string
  readonly disabled?: boolean
}): ReactNode {
  const root = useRef<HTMLDivElement>(null)
  const [stop, setStop] = useState(0)

  function onKeyDown(event: KeyboardEvent): void {
    const isRtl = getComputedStyle(root.current!).direction === 'rtl'
    const forward = isRtl ? 'ArrowLeft' : 'ArrowRight'
    const back = isRtl ? 'ArrowRight' : 'ArrowLeft'
    const to = { [forward]: stop + 1, [back]: stop - 1, Home: 0, End: tools.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = (to + tools.length) % tools.length
    setStop(next)
    root.current!.querySelectorAll('button')[next]?.focus()
  }

  return (
    // The keys are those of the buttons in it.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      {...props}
      ref={root}
      role="toolbar"
      aria-label={label}
      data-slot="editor-toolbar"
      data-state={disabled ? 'disabled' : 'enabled'}
      className={classNames('echo-editor-toolbar', className)}
      onKeyDown={onKeyDown}
    >
      {tools.map(({ id, label: name, icon, pressed, disabled: isIdle = false, onPress }, index) => (
        <button
          key={id}
          type="button"
          data-tool={id}
          aria-label={name}
          title={name}
          aria-pressed={pressed}
          aria-disabled={disabled || isIdle || undefined}
          tabIndex={index === stop ? 0 : -1}
          // The caret stays where it is in the text.
          onMouseDown={(event) => event.preventDefault()}
          onFocus={() => setStop(index)}
          onClick={() => !disabled && !isIdle && onPress()}
        >
          <svg aria-hidden="true" viewBox="0 0 20 20">
            {icon}
          </svg>
        </button>
      ))}
    </div>
  )
}
