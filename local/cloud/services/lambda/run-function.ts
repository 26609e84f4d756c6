import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { decideBackground } from '../iam/authorize-background.ts'
import type { FunctionTarget } from './identify.ts'
import type { FunctionError, Outcome } from './runtime/function-runtime.ts'
import type { Sandbox, Sandboxes } from './sandboxes.ts'
import type { InvokeResult } from './types.ts'

const TAIL_BYTES = 4_096
/** Real Lambda gives a cold start ten seconds; a busy laptop gets more. */
const INIT_MS = 60 * SECOND

/**
 * Runs a function once in a sandbox, with its log lines, trace segments and time-out.
 * @throws ServiceError TooManyRequestsException at the function's or the account's concurrency
 */
export async function runFunction(
  cloud: Cloud,
  sandboxes: Sandboxes,
  { record, version, arn }: FunctionTarget,
  payload: unknown,
): Promise<InvokeResult> {
  const sandbox = sandboxes.acquire(record, version)
  const { log, runtime, onLine, tail } = sandbox
  const { timeoutSeconds, memoryMb, tracing } = version.settings
  const requestId = cloud.random.uuid()
  const timeoutMs = timeoutSeconds * SECOND
  tail.length = 0
  onLine(`START RequestId: ${requestId} Version: ${version.version}`)
  const traceId = newTraceId(cloud)
  const failedStart = sandbox.cold ? await within(INIT_MS, sandboxes, sandbox, () => runtime.start()) : undefined
  const started = cloud.clock.monotonic()
  const outcome =
    failedStart ??
    (await within(timeoutMs, sandboxes, sandbox, () =>
      runtime.invoke({ requestId, payload, timeoutMs, functionArn: arn, traceId }),
    ))

  const duration = (cloud.clock.monotonic() - started).toFixed(2)
  const error = errorOf(outcome, requestId)
  if (error && outcome.kind !== 'error') onLine(error.errorMessage)
  onLine(`END RequestId: ${requestId}`)
  onLine(
    `REPORT RequestId: ${requestId}\tDuration: ${duration} ms\tBilled Duration: ${Math.ceil(Number(duration))} ms\tMemory Size: ${memoryMb} MB`,
  )
  const logTail = tail.join('\n').slice(-TAIL_BYTES)
  if (tracing === 'Active') sendTrace(cloud, sandbox, version.settings.role)
  await log.flush()
  if (outcome.kind === 'ok' || (outcome.kind === 'error' && !outcome.fatal)) sandboxes.release(sandbox)
  else sandboxes.discard(sandbox)

  if (error) return { functionError: 'Unhandled', payload: error, logTail }
  return { payload: outcome.kind === 'ok' ? outcome.payload : null, logTail }
}

/** Ends the sandbox when `work` takes too long. Real time: a moved clock must not cut a function off. */
async function within<T extends Outcome | undefined>(
  ms: number,
  sandboxes: Sandboxes,
  sandbox: Sandbox,
  work: () => Promise<T>,
): Promise<T | Outcome> {
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    sandboxes.discard(sandbox)
  }, ms)
  const outcome = await work()
  clearTimeout(timer)
  return timedOut ? { kind: 'timeout', seconds: ms / SECOND } : outcome
}

function errorOf(outcome: Outcome, requestId: string): FunctionError | undefined {
  if (outcome.kind === 'ok') return undefined
  if (outcome.kind === 'error') return outcome.error
  if (outcome.kind === 'timeout') {
    const message = `Task timed out after ${outcome.seconds.toFixed(2)} seconds`
    return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${message}` }
  }
  const message = `Runtime exited with error: ${outcome.reason}`
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${message}` }
}

/** Active tracing sends segments under the function's role; without the permission there is no trace, and no failure. */
function sendTrace(cloud: Cloud, { functionName }: Sandbox, role: string): void {
  const principal = cloud.iam.assume(role, functionName, {})
  for (const action of ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'])
    decideBackground(cloud, { principal, action, resource: '*' })
}

function newTraceId(cloud: Cloud): string {
  const hex = (bytes: number): string => Buffer.from(cloud.random.bytes(bytes)).toString('hex')
  const seconds = Math.floor(cloud.clock.now().getTime() / SECOND).toString(16)
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=1`
}
