import type { Caller } from './authentication.ts'
import type { Cloud } from './cloud.ts'
import type { JournalAuthorization } from './journal.ts'
import type { WireRequest } from './protocol/protocol.ts'
import { AccessDeniedError } from './protocol/service-error.ts'
import type { Decision } from './services/iam/types.ts'
import type { Call } from './services/service.ts'

/** What a call leaves in the journal, gathered as it runs. */
export interface CallRecord {
  readonly service: string
  readonly operation: string
  readonly requestId: string
  readonly authorizations: JournalAuthorization[]
  input: unknown
  caller?: Caller
}

export function startCall(cloud: Cloud, request: WireRequest, record: CallRecord, caller: Caller): Call {
  const { principal } = caller
  return {
    cloud,
    principal,
    accessKeyId: caller.accessKeyId,
    requestId: record.requestId,
    request,
    authorize(action, resource, context = {}, { resourcePolicy, asked = resource } = {}) {
      const known = { 'aws:SourceIp': '127.0.0.1', ...context }
      const decision = cloud.iam.authorize(principal, action, resource, known, resourcePolicy)
      record.authorizations.push({ action, resource, decision: describe(decision) })
      if (decision.allowed) return
      throw new AccessDeniedError(decision.message.replace(`on resource: ${resource} `, () => `on resource: ${asked} `))
    },
  }
}

function describe(decision: Decision): string {
  if (!decision.allowed) return `denied: ${decision.reason}`
  const { holder, policy, sid } = decision.by
  return `allowed by ${holder}/${policy}/${sid}`
}
