import { ServiceError } from '../../protocol/service-error.ts'

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly NextMarker?: string
  readonly Truncated: boolean
}

/** One page of a list; the marker is the index at which it begins. @throws ServiceError InvalidMarkerException */
export function paginate<Item>(items: readonly Item[], limit = 100, marker?: string): Page<Item> {
  const start = marker === undefined ? 0 : Number(marker)
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new ServiceError('InvalidMarkerException', 'Marker is not one that this operation returned.')
  }
  const end = start + limit
  const more = end < items.length
  return { items: items.slice(start, end), Truncated: more, ...(more && { NextMarker: String(end) }) }
}
