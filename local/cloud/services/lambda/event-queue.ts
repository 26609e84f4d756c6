import { MINUTE, SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { deliver } from './destination.ts'
import type { FunctionTarget } from './identify.ts'
import { findFunction } from './identify.ts'
import type { InvokeResult } from './types.ts'

/** Asynchronous invocations: tried at once, retried on failure, then handed to a destination. */
export interface EventQueue {
  /** Accepts an event; its request id. */
  submit(target: FunctionTarget, payload: unknown): string
}

export const DEFAULT_RETRIES = 2
export const DEFAULT_EVENT_AGE_SECONDS = 21_600

/** Lambda waits one minute before the first retry and two before the second. */
const RETRY_MS = [MINUTE, 2 * MINUTE] as const
/** Throttled events come back after a second, then ever later, up to five minutes. */
const LONGEST_THROTTLE_MS = 5 * MINUTE

interface QueuedEvent {
  readonly requestId: string
  readonly identifier: string
  readonly payload: unknown
  readonly acceptedAt: number
  runs: number
  throttles: number
}

type Run = (target: FunctionTarget, payload: unknown) => Promise<InvokeResult>

export function createEventQueue(cloud: Cloud, run: Run): EventQueue {
  function later(ms: number, event: QueuedEvent): void {
    cloud.clock.at(new Date(cloud.clock.now().getTime() + ms), () => attempt(event))
  }

  async function attempt(event: QueuedEvent): Promise<void> {
    const target = targetOf(cloud, event)
    if (!target) return
    const { maximumRetryAttempts, maximumEventAgeSeconds } = {
      maximumRetryAttempts: DEFAULT_RETRIES,
      maximumEventAgeSeconds: DEFAULT_EVENT_AGE_SECONDS,
      ...target.record.eventInvoke,
    }
    const expiresAt = event.acceptedAt + maximumEventAgeSeconds * SECOND
    const result = await tryOnce(run, target, event)

    if (result === 'throttled') {
      const wait = Math.min(SECOND * 2 ** event.throttles, LONGEST_THROTTLE_MS)
      event.throttles += 1
      if (cloud.clock.now().getTime() + wait < expiresAt) return later(wait, event)
      return deliver(cloud, target, { ...outcomeOf(event), condition: 'EventAgeExceeded' })
    }
    event.runs += 1
    if (!result.functionError) return deliver(cloud, target, { ...outcomeOf(event), condition: 'Success', result })
    if (event.runs > maximumRetryAttempts) {
      return deliver(cloud, target, { ...outcomeOf(event), condition: 'RetriesExhausted', result })
    }
    const wait = RETRY_MS[event.runs - 1] ?? 2 * MINUTE
    if (cloud.clock.now().getTime() + wait < expiresAt) return later(wait, event)
    return deliver(cloud, target, { ...outcomeOf(event), condition: 'EventAgeExceeded', result })
  }

  return {
    submit(target, payload) {
      const requestId = cloud.random.uuid()
      const acceptedAt = cloud.clock.now().getTime()
      const event = { requestId, identifier: target.arn, payload, acceptedAt, runs: 0, throttles: 0 }
      cloud.clock.hold(
        attempt(event).catch((error: unknown) =>
          cloud.log.error({ error, requestId }, 'an asynchronous event was lost'),
        ),
      )
      return requestId
    },
  }
}

const outcomeOf = ({ requestId, payload, runs }: QueuedEvent) => ({ requestId, requestPayload: payload, runs })

/** The function as it is now: settings may have changed since the event was accepted, or it may be gone. */
function targetOf(cloud: Cloud, { identifier }: QueuedEvent): FunctionTarget | undefined {
  try {
    return findFunction(cloud, identifier)
  } catch {
    return undefined
  }
}

async function tryOnce(
  run: Run,
  target: FunctionTarget,
  { payload }: QueuedEvent,
): Promise<InvokeResult | 'throttled'> {
  try {
    return await run(target, payload)
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'TooManyRequestsException') return 'throttled'
    const errorMessage = error instanceof Error ? error.message : String(error)
    return { functionError: 'Unhandled', payload: { errorType: 'Runtime.Unstartable', errorMessage }, logTail: '' }
  }
}
