import type { ReactNode } from 'react'

export type Filter = 'all' | 'open' | 'done'

const filters: readonly { readonly value: Filter; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
]

interface TaskFilterProps {
  readonly value: Filter
  readonly onChange: (filter: Filter) => void
}

/** Chooses which tasks to see. */
export function TaskFilter({ value, onChange }: TaskFilterProps): ReactNode {
  return (
    <fieldset className="segments">
      <legend className="echo-visually-hidden">Show tasks</legend>
      {filters.map((filter) => (
        <button key={filter.value} type="button" aria-pressed={filter.value === value} onClick={() => onChange(filter.value)}>
          {filter.label}
        </button>
      ))}
    </fieldset>
  )
}
