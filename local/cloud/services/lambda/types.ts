import type { Principal } from '../iam/types.ts'

export interface InvokeOptions {
  readonly type: 'RequestResponse' | 'Event'
  /** A user or role, which needs lambda:InvokeFunction, or a service principal, which needs the function's policy. */
  readonly invoker: Principal
  /** Goes into `aws:SourceArn`; its account into `aws:SourceAccount`. */
  readonly sourceArn?: string
}

export interface InvokeResult {
  /** `Unhandled` when the function failed. */
  readonly functionError?: string
  readonly payload: unknown
  /** The last 4 KB of the invocation's log. */
  readonly logTail: string
}

/** What other services ask of Lambda. */
export interface LambdaPort {
  /** @throws ServiceError ResourceNotFoundException, AccessDeniedException, TooManyRequestsException, ResourceConflictException */
  invoke(functionName: string, payload: unknown, options: InvokeOptions): Promise<InvokeResult>
  /** Whether that invocation would be let through: the function exists and its policy allows the invoker. */
  checkInvoke(functionName: string, invoker: Principal, sourceArn?: string): 'allowed' | 'denied' | 'not-found'
  /** Ends the invocation that holds these credentials at once. */
  killCaller(accessKeyId: string): void
}

/** Settings of the local Lambda. */
export interface LambdaOptions {
  /** Added to every function's environment: `NODE_EXTRA_CA_CERTS`. */
  readonly environment?: Readonly<Record<string, string>>
  /** Quota of invocations under way at once in the account; 1,000 unless given, and 10 in a fresh account. */
  readonly concurrentExecutions?: number
  /** Milliseconds for which an unused warm environment is kept; two minutes unless given. */
  readonly keepWarmMs?: number
  /** Milliseconds for which a new function is Pending, and an updated one InProgress; 500 unless given. */
  readonly settleMs?: number
}
