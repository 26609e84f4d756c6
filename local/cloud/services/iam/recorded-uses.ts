import type { AccessRequest } from './evaluator/evaluate.ts'
import type { Grant, PolicyDocument } from './evaluator/types.ts'
import { grantKey } from './grants.ts'

/** A call that was allowed, as IAM saw it: enough to ask again under other policies. */
export interface RecordedUse {
  readonly request: AccessRequest
  readonly resourcePolicy: PolicyDocument | undefined
  /** Every grant that allowed it. */
  readonly grants: readonly Grant[]
}

export interface RecordedUses {
  add(use: RecordedUse): void
  all(): readonly RecordedUse[]
  clear(): void
}

/** Keeps, in memory, the latest call of each caller for each set of grants and resource: as many as the policies have room for. */
export function createRecordedUses(): RecordedUses {
  const uses = new Map<string, RecordedUse>()
  return {
    add(use) {
      const { principal, action, resource } = use.request
      const caller = principal.kind === 'role' ? principal.roleArn : principal.arn
      uses.set(JSON.stringify([caller, action, resource, use.grants.map(grantKey)]), use)
    },
    all: () => [...uses.values()],
    clear: () => uses.clear(),
  }
}
