import type { FunctionRuntime, Outcome, RuntimeOptions } from './function-runtime.ts'

/** A function's code as a JavaScript function in this very process, for tests. `env` holds the role's credentials. */
export type InProcessHandler = (
  event: unknown,
  context: InProcessContext,
  env: Readonly<Record<string, string>>,
) => unknown

export interface InProcessContext {
  readonly awsRequestId: string
  readonly functionName: string
  readonly invokedFunctionArn: string
  getRemainingTimeInMillis(): number
  /** Aborts when the invocation is killed or times out: what runs on after that is a ghost. */
  readonly signal: AbortSignal
}

const MARKER = 'keyturn-in-process:'
const handlers = new Map<string, InProcessHandler>()

/** Bytes to give to CreateFunction as the zip. Valid in this process only. */
export function inProcessCode(handler: InProcessHandler): Uint8Array {
  const id = `${MARKER}${handlers.size + 1}`
  handlers.set(id, handler)
  return Buffer.from(id)
}

export const isInProcessCode = (code: Buffer): boolean => code.subarray(0, MARKER.length).toString() === MARKER

/** Runs a handler of {@link inProcessCode}. A kill abandons it; the caller then voids its credentials. */
export function inProcessRuntime(code: Buffer, options: RuntimeOptions): FunctionRuntime {
  const handler = handlers.get(code.toString())
  const killed = new AbortController()
  const gone = new Promise<Outcome>((resolve) => {
    killed.signal.addEventListener('abort', () => resolve({ kind: 'exited', reason: 'signal: killed' }), { once: true })
  })

  return {
    start: async () => (handler ? undefined : missing),
    async invoke({ requestId, payload, timeoutMs, functionArn }) {
      const deadline = performance.now() + timeoutMs
      const context: InProcessContext = {
        awsRequestId: requestId,
        functionName: options.name,
        invokedFunctionArn: functionArn,
        getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
        signal: killed.signal,
      }
      // Through JSON both ways, as on the wire: what does not survive it must not reach the caller.
      const event: unknown = JSON.parse(JSON.stringify(payload ?? null))
      return Promise.race([run(() => handler?.(event, context, options.environment)), gone])
    },
    kill: () => killed.abort(new Error('The invocation was killed.')),
    close: async () => killed.abort(new Error('The local cloud is closing.')),
  }
}

const missing: Outcome = {
  kind: 'error',
  fatal: true,
  error: { errorType: 'Runtime.ImportModuleError', errorMessage: 'The in-process handler belongs to another process.' },
}

async function run(handler: () => unknown): Promise<Outcome> {
  try {
    const value: unknown = await handler()
    return { kind: 'ok', payload: JSON.parse(JSON.stringify(value) ?? 'null') }
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    return { kind: 'error', error: { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] } }
  }
}
