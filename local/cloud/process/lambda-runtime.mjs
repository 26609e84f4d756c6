/**
 * What AWS's runtime does inside a sandbox: loads the handler from the task root and runs it, one event at a time.
 * Talks to the local cloud over IPC: `ready` or `init-error` once, then `invoke` in and `result` out. Plain JavaScript
 * without imports of ours, since every cold start pays for it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { LAMBDA_TASK_ROOT: root, _HANDLER: name } = process.env
const [file, exported] = name.split('.')

const describe = (error, fallback) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : {
        errorType: fallback,
        errorMessage: typeof error === 'string' ? error : (JSON.stringify(error) ?? 'undefined'),
        trace: [],
      }

async function loadHandler() {
  const path = ['cjs', 'mjs', 'js'].map((extension) => join(root, `${file}.${extension}`)).find(existsSync)
  if (!path) {
    const error = new Error(`Cannot find module '${file}' in the function's code`)
    error.name = 'Runtime.ImportModuleError'
    throw error
  }
  const module = await import(pathToFileURL(path).href)
  const handler = module[exported] ?? module.default?.[exported]
  if (typeof handler !== 'function') {
    const error = new Error(`${name} is undefined or not exported`)
    error.name = 'Runtime.HandlerNotFound'
    throw error
  }
  return handler
}

async function invoke(handler, { id, event, timeoutMs, traceId, functionArn }) {
  const { env } = process
  env._X_AMZN_TRACE_ID = traceId
  // Intervals are real even where the clock is moved, so the remaining time must not come from Date.
  const deadline = performance.now() + timeoutMs
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: id,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  }
  try {
    const value = JSON.stringify(await handler(JSON.parse(event), context)) ?? 'null'
    return { type: 'result', id, value }
  } catch (error) {
    return { type: 'result', id, error: describe(error, 'Error') }
  }
}

try {
  const handler = await loadHandler()
  process.on('message', async (message) => {
    if (message?.type === 'invoke') process.send(await invoke(handler, message))
  })
  process.channel.ref()
  process.send({ type: 'ready' })
} catch (error) {
  process.send({ type: 'init-error', error: describe(error, 'Runtime.Unknown') }, () => process.exit(1))
}
