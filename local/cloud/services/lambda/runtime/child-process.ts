import { fileURLToPath } from 'node:url'
import type { ChildProcesses } from '../../../process/child-processes.ts'
import type { Exit } from '../../../process/spawn-node.ts'
import type { FunctionError, FunctionRuntime, Outcome, RuntimeOptions } from './function-runtime.ts'

const SHIM = fileURLToPath(new URL('../../../process/lambda-runtime.mjs', import.meta.url))

type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'init-error'; readonly error: FunctionError }
  | { readonly type: 'result'; readonly id: string; readonly value?: string; readonly error?: FunctionError }

/** Runs the function's bundle in a Node process of its own. */
export function childProcessRuntime(
  children: ChildProcesses,
  taskRoot: string,
  options: RuntimeOptions,
): FunctionRuntime {
  const started = deferred<Outcome | undefined>()
  let pending: { id: string; settle: (outcome: Outcome) => void } | undefined

  const child = children.spawn({
    name: `lambda ${options.name}`,
    entry: SHIM,
    env: options.environment,
    cwd: taskRoot,
    onStdout: options.onLine,
    onStderr: options.onLine,
    onMessage(raw) {
      const message = raw as Message
      if (message.type === 'ready') started.resolve(undefined)
      else if (message.type === 'init-error') started.resolve({ kind: 'error', error: message.error, fatal: true })
      else if (message.type === 'result' && message.id === pending?.id) pending.settle(resultOf(message))
    },
  })
  const gone = child.exited.then((exit): Outcome => ({ kind: 'exited', reason: reasonOf(exit) }))

  return {
    async start() {
      const failure = await Promise.race([started.promise, gone])
      if (failure) await outputRead()
      return failure
    },
    async invoke(invocation) {
      const { requestId: id, payload, timeoutMs, functionArn, traceId } = invocation
      const result = deferred<Outcome>()
      pending = { id, settle: result.resolve }
      child.send({ type: 'invoke', id, event: JSON.stringify(payload ?? null), timeoutMs, functionArn, traceId })
      const outcome = await Promise.race([result.promise, gone])
      pending = undefined
      await outputRead()
      return outcome
    },
    kill: () => void child.kill(),
    close: () => child.kill().then(() => {}),
  }
}

const resultOf = ({ value, error }: Message & { type: 'result' }): Outcome =>
  error ? { kind: 'error', error } : { kind: 'ok', payload: JSON.parse(value ?? 'null') }

const reasonOf = ({ code, signal }: Exit): string =>
  signal === null ? `exit status ${code}` : signal === 'SIGKILL' ? 'signal: killed' : `signal: ${signal}`

/** What the function printed lies in the pipes before its result does; two turns of the loop read them. */
async function outputRead(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>()
  return { promise, resolve }
}
