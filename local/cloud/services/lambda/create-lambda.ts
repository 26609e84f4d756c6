import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { authorizeInvoke } from './authorize-invoke.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import { assertInvocable, runningVersion } from './function-state.ts'
import { type FunctionTarget, findFunction } from './identify.ts'
import { resourcePolicies } from './policy.ts'
import { runFunction } from './run-function.ts'
import { createSandboxes } from './sandboxes.ts'
import type { InvokeResult, LambdaPort } from './types.ts'

/** What Lambda's own operations need beyond the port that other services see. */
export interface Lambda extends LambdaPort {
  /** Runs a function without asking IAM. @throws ServiceError TooManyRequestsException, ResourceConflictException */
  run(target: FunctionTarget, payload: unknown): Promise<InvokeResult>
  readonly events: EventQueue
  /** Ends every invocation in flight of a function, or of all. */
  killFunction(functionName?: string): void
  /** Ends the warm environments of a function that changed or went away. */
  retire(functionName: string): void
  close(): Promise<void>
}

const lambdas = new WeakMap<Cloud, Lambda>()

/** The Lambda of a cloud that {@link createLambda} made. */
export function lambdaOf(cloud: Cloud): Lambda {
  const lambda = lambdas.get(cloud)
  if (!lambda) throw new Error('This cloud was wired without the local Lambda.')
  return lambda
}

/** Ends every process of a cloud's functions; nothing to do for a cloud that was wired with another Lambda. */
export const closeLambda = async (cloud: Cloud): Promise<void> => lambdas.get(cloud)?.close()

export function createLambda(cloud: Cloud): Lambda {
  const sandboxes = createSandboxes(cloud)
  cloud.iam.watchResourcePolicies(() => resourcePolicies(cloud))

  async function run(target: FunctionTarget, payload: unknown): Promise<InvokeResult> {
    assertInvocable(target.record)
    const version = runningVersion(target.record, target.version)
    const running = runFunction(cloud, sandboxes, { ...target, version }, payload)
    // Time must not jump under a running function, or its deadline and its keys would.
    cloud.clock.hold(running.catch(() => {}))
    return running
  }
  const events = createEventQueue(cloud, run)

  const lambda: Lambda = {
    run,
    events,
    async invoke(functionName, payload, { type, invoker, sourceArn }) {
      const target = findFunction(cloud, functionName)
      authorizeInvoke(cloud, target, invoker, sourceArn)
      if (type === 'RequestResponse') return run(target, payload)
      assertInvocable(target.record)
      events.submit(target, payload)
      return { payload: null, logTail: '' }
    },
    checkInvoke(functionName, invoker, sourceArn) {
      try {
        authorizeInvoke(cloud, findFunction(cloud, functionName), invoker, sourceArn)
        return 'allowed'
      } catch (error) {
        if (error instanceof ServiceError) return error.code === 'ResourceNotFoundException' ? 'not-found' : 'denied'
        throw error
      }
    },
    killCaller(accessKeyId) {
      for (const sandbox of sandboxes.busy()) {
        if (sandbox.credentials.accessKeyId === accessKeyId) sandboxes.discard(sandbox)
      }
    },
    killFunction(functionName) {
      for (const sandbox of sandboxes.busy()) {
        if (functionName === undefined || sandbox.functionName === functionName) sandboxes.discard(sandbox)
      }
    },
    retire: (functionName) => sandboxes.retire(functionName),
    close: () => sandboxes.close(),
  }
  lambdas.set(cloud, lambda)
  return lambda
}
