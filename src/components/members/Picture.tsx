'use client'
import { useEffect, useRef, type ReactNode } from 'react'

/** An image from its bytes; a browser tells by them what kind it is. It says nothing to screen readers: a name stands beside it. */
export function Picture({ bytes }: { readonly bytes: Uint8Array }): ReactNode {
  const image = useRef<HTMLImageElement>(null)
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([bytes.slice()]))
    image.current?.setAttribute('src', url)
    return () => URL.revokeObjectURL(url)
  }, [bytes])
  return <img ref={image} alt="" />
}
