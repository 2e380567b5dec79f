'use client'
import { useEffect, useState, type ReactNode } from 'react'

export interface QrCodeProps {
  readonly text: string
  /** What it is, for who cannot see it. The text stands beside it in another form. */
  readonly label: string
}

/** A text as a QR code: dark on light whatever the theme, with its quiet zone. What draws it is fetched when the first one is shown. */
export function QrCode({ text, label }: QrCodeProps): ReactNode {
  const rows = useQrRows(text)
  const size = rows?.length ?? 1
  return (
    <svg
      className="echo-qr"
      data-slot="qr"
      data-state={rows === undefined ? 'loading' : 'shown'}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn here, so there is no address for an img
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <path d={rows?.map(pathOf).join('')} />
    </svg>
  )
}

/** Undefined until it is drawn; for ever where the code for it cannot be fetched: the link beside it serves as well. */
function useQrRows(text: string): readonly (readonly boolean[])[] | undefined {
  const [drawn, setDrawn] = useState<{ readonly text: string; readonly rows: readonly (readonly boolean[])[] }>()
  useEffect(() => {
    let isWanted = true
    import('qr').then(
      ({ encodeQR }) => {
        if (isWanted) setDrawn({ text, rows: encodeQR(text, 'raw', { ecc: 'medium', border: 4 }) })
      },
      () => setDrawn(undefined),
    )
    return () => {
      isWanted = false
    }
  }, [text])
  return drawn?.text === text ? drawn.rows : undefined
}

function pathOf(row: readonly boolean[], y: number): string {
  return row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')).join('')
}
