import { bearer, type Exchange, UpstreamError } from '../exchange.ts'
import type { UpstreamKey } from '../key-registry.ts'

/** @throws UpstreamError 401 unless the request carries a live admin key */
export function requireAdmin({ request, keys, provider }: Exchange): void {
  const value = bearer(request)
  if (value === undefined || !keys.isAdmin(provider.name, value)) {
    throw new UpstreamError(401, 'invalid_api_key', 'Incorrect API key provided.')
  }
}

/** A service account as lists show it: never with its key. */
export const serviceAccount = (key: UpstreamKey): Record<string, unknown> => ({
  object: 'organization.project.service_account',
  id: key.id,
  name: key.name,
  role: 'member',
  created_at: unixSeconds(key.createdAt),
})

export const unixSeconds = (time: Date): number => Math.floor(time.getTime() / 1000)
