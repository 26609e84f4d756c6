import { ServiceError } from '../../protocol/service-error.ts'

/** One page of a list; the token hides the index at which it begins. @throws ServiceError InvalidNextTokenException */
export function paginate<Item>(
  items: readonly Item[],
  size: number,
  token: string | undefined,
): { items: readonly Item[]; NextToken: string | undefined } {
  const start = token === undefined ? 0 : Number(/^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1])
  if (!Number.isSafeInteger(start))
    throw new ServiceError('InvalidNextTokenException', 'The NextToken value is invalid.')
  const end = start + size
  const next = end < items.length ? Buffer.from(`from:${end}`).toString('base64url') : undefined
  return { items: items.slice(start, end), NextToken: next }
}
