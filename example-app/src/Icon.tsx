import type { ReactNode } from 'react'

const paths = {
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  plus: 'M8 3v10M3 8h10',
  bin: 'M3 4.5h10M6.5 4.5v-1.5h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.5M9.2 7v3.5',
  back: 'M9.5 3.5L5 8l4.5 4.5',
  next: 'M6.5 3.5L11 8l-4.5 4.5',
  leaf: 'M3 13c1-6 4-9.5 10-10-.2 6-3 9-8 9M3 13c1.5-3 3.5-5 6-6.2',
  join: 'M9.5 3h3v10h-3M3 8h6M6.8 5.5L9.3 8l-2.5 2.5',
  close: 'M3.5 3.5l9 9m0-9l-9 9',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  search: 'M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM10.2 10.2l3.3 3.3',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
} as const

/** A drawing beside or in place of a label; screen readers get the label. */
export function Icon({ name }: { readonly name: keyof typeof paths }): ReactNode {
  return (
    <svg className="icon" data-icon={name} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

interface IconButtonProps {
  readonly icon: keyof typeof paths
  readonly label: string
  readonly onClick: () => void
}

/** A button that shows a drawing only. */
export function IconButton({ icon, label, onClick }: IconButtonProps): ReactNode {
  return (
    <button type="button" className="echo-icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  )
}
