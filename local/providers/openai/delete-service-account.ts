import { type Exchange, type Reply, UpstreamError } from '../exchange.ts'
import { requireAdmin } from './admin.ts'

/** `DELETE /v1/organization/projects/{project}/service_accounts/{id}`: its key dies with it. */
export function deleteServiceAccount(exchange: Exchange): Reply {
  requireAdmin(exchange)
  const { keys, provider, params } = exchange
  const id = params.id ?? ''
  const inProject = keys.live(provider.name, params.project).some((key) => key.id === id)
  if (!inProject || !keys.revoke(provider.name, id)) {
    throw new UpstreamError(404, 'not_found', 'No such service account.')
  }
  return { status: 200, json: { object: 'organization.project.service_account.deleted', id, deleted: true } }
}
