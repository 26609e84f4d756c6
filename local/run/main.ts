import { openSession } from '../../cli/aws/session.ts'
import { status } from '../../cli/commands/status.ts'
import { systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { createLogger } from '../../core/log.ts'
import { printError } from '../../core/print-error.ts'
import { narrate } from './narrate.ts'
import { HELP, readOptions, type StartOptions } from './options.ts'
import { type RunningStack, runStack } from './run-stack.ts'
import { showProgress } from './show-progress.ts'
import { welcome } from './welcome.ts'

/** What a shell makes of a process that a signal ended. */
const EXIT = { SIGINT: 130, SIGTERM: 143 } as const

try {
  const options = readOptions()
  if (options) await main(options)
  else console.log(HELP)
} catch (error) {
  console.error(error instanceof KeyturnError ? `keyturn: ${printError(error)}` : error)
  process.exitCode = error instanceof KeyturnError ? 2 : 1
}

async function main({ verbose, ...options }: StartOptions): Promise<void> {
  const progress = showProgress()
  const asked = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Asked twice, it ends at once; what it has put into the temporary directory goes all the same.
      if (asked.signal.aborted) process.exit(EXIT[signal])
      progress.stop()
      console.log('\nStopping …')
      asked.abort(signal)
    })
  }
  const log = createLogger({ service: 'local', level: 'info', clock: systemClock })
  let stack: RunningStack
  try {
    stack = await runStack({ ...options, ...(verbose && { log }), ...progress, signal: asked.signal })
  } catch (error) {
    progress.stop()
    if (!asked.signal.aborted) throw error
    console.log(farewell(options))
    process.exit(EXIT[asked.signal.reason as keyof typeof EXIT])
  }
  progress.done(stack.resources)
  try {
    console.log(welcome(stack, await secretsOf(stack), options.dataDir))
    const silence = narrate(stack.cloud, (line) => console.log(line))
    await aborted(asked.signal)
    silence()
  } finally {
    await stack.close()
  }
  console.log(farewell(options))
  process.exit()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function secretsOf({ cloud, cloudUrl, stackTag }: RunningStack): Promise<string> {
  const session = openSession({ endpoint: cloudUrl, region: cloud.region }, {}, systemClock.now)
  try {
    return await status(session, [], { stack: stackTag })
  } finally {
    session.client.destroy()
  }
}

function farewell({ dataDir }: Pick<StartOptions, 'dataDir'>): string {
  return dataDir === undefined ? 'Stopped. Nothing is left behind.' : `Stopped. State is kept in ${dataDir}.`
}
