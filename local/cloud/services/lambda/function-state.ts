import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { dropUnusedCode } from './code.ts'
import { conflict } from './errors.ts'
import type { ChangeRecord, FunctionRecord, FunctionVersion } from './state.ts'

/** AWS takes about a second for a function outside of a VPC; half of it shows what does not wait. */
const DEFAULT_SETTLE_MS = SECOND / 2

/** When each change began, in real time: with a clock that stands still a function becomes ready too. */
const begun = new WeakMap<ChangeRecord, number>()

/** A function is Pending from its creation, and its update InProgress, until {@link settle} finds it done. */
export function beginChange(cloud: Cloud, record: FunctionRecord, previous?: FunctionVersion): void {
  const doneAt = new Date(cloud.clock.now().getTime() + settleMs(cloud)).toISOString()
  record.change = { doneAt, ...(previous && { previous }) }
  begun.set(record.change, cloud.clock.monotonic())
}

/** Ends a change whose time has passed, by the cloud's clock or by the real one. After a restart all are done. */
export function settle(cloud: Cloud, record: FunctionRecord): void {
  const { change } = record
  if (!change) return
  const since = begun.get(change)
  const passed = since === undefined || cloud.clock.monotonic() - since >= settleMs(cloud)
  if (!passed && cloud.clock.now().getTime() < Date.parse(change.doneAt)) return
  delete record.change
  dropUnusedCode(cloud)
}

/** @throws ServiceError ResourceConflictException while the function is being created */
export function assertInvocable({ change }: FunctionRecord): void {
  if (change && !change.previous) throw conflict(`${NOT_NOW} The function is currently in the following state: Pending`)
}

/** @throws ServiceError ResourceConflictException while the function is being created or updated */
export function assertChangeable(record: FunctionRecord): void {
  assertInvocable(record)
  if (record.change) throw conflict(`${NOT_NOW} An update is in progress for resource: ${record.arn}`)
}

const NOT_NOW = 'The operation cannot be performed at this time.'

/** What an invocation runs: the old code and settings until an update is done. */
export const runningVersion = ({ latest, change }: FunctionRecord, version: FunctionVersion): FunctionVersion =>
  version === latest ? (change?.previous ?? latest) : version

/**
 * A version's state in its configuration
 * (docs.aws.amazon.com/lambda/latest/dg/functions-states.html).
 */
export function stateMembers({ change, latest }: FunctionRecord, version: FunctionVersion): Record<string, string> {
  if (!change) return { State: 'Active', LastUpdateStatus: 'Successful' }
  const why = 'The function is being created.'
  if (!change.previous) return { State: 'Pending', StateReason: why, StateReasonCode: 'Creating' }
  if (version !== latest) return { State: 'Active', LastUpdateStatus: 'Successful' }
  return {
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: why,
    LastUpdateStatusReasonCode: 'Creating',
  }
}

const settleMs = (cloud: Cloud): number => cloud.options.lambda?.settleMs ?? DEFAULT_SETTLE_MS
