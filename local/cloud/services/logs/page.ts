import { ServiceError } from '../../protocol/service-error.ts'

export interface Page<Item> {
  readonly items: Item[]
  /** Absent on the last page. */
  readonly next: string | undefined
}

/** One page of a list; the token is the position to go on from. @throws ServiceError for a token that is none */
export function pageOf<Item>(all: readonly Item[], limit: number, token: string | undefined): Page<Item> {
  if (token !== undefined && !/^\d{1,9}$/.test(token)) {
    throw new ServiceError('InvalidParameterException', 'The specified nextToken is invalid.')
  }
  const start = Number(token ?? 0)
  const end = start + limit
  return { items: all.slice(start, end), next: end < all.length ? String(end) : undefined }
}
