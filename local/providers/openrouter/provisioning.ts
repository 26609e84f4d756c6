import { bearer, type Exchange, UpstreamError } from '../exchange.ts'
import type { UpstreamKey } from '../key-registry.ts'

/** @throws UpstreamError 401 unless the request carries a live provisioning key */
export function requireProvisioningKey({ request, keys, provider }: Exchange): void {
  const value = bearer(request)
  if (value === undefined || !keys.isAdmin(provider.name, value)) {
    throw new UpstreamError(401, 'unauthorized', 'Invalid management key')
  }
}

/** A key as the provisioning API shows it: by hash and masked label, never its text. */
export const keyRecord = (key: UpstreamKey): Record<string, unknown> => ({
  hash: key.id,
  name: key.name,
  label: `sk-or-v1-${key.digest.slice(0, 3)}...${key.digest.slice(-3)}`,
  disabled: false,
  limit: null,
  limit_remaining: null,
  usage: 0,
  created_at: key.createdAt.toISOString(),
  updated_at: null,
})
