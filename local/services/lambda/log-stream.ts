import type { Cloud } from '../../cloud.ts'
import { CloudCallError, callCloud } from '../../process/call-cloud.ts'
import type { RoleCredentials } from './role-credentials.ts'
import type { FunctionVersion } from './state.ts'

/** A sandbox's stream in CloudWatch Logs, written under the function's role as Lambda does. */
export interface LogStream {
  readonly name: string
  write(line: string): void
  /** Lines written since the invocation began, for the log tail. */
  begin(): void
  lines(): readonly string[]
  /** Sends what is gathered. Never rejects: a function without logging permissions runs, and leaves no logs. */
  flush(): Promise<void>
}

const MAX_BATCH = 1_000

export function createLogStream(
  cloud: Cloud,
  credentials: RoleCredentials,
  { version, settings }: FunctionVersion,
): LogStream {
  const day = cloud.clock.now().toISOString().slice(0, 10).replaceAll('-', '/')
  const name = `${day}/[${version}]${Buffer.from(cloud.random.bytes(16)).toString('hex')}`
  const names = { logGroupName: settings.logGroup, logStreamName: name }
  let batch: { timestamp: number; message: string }[] = []
  let current: string[] = []
  let created = false
  let sending: Promise<void> = Promise.resolve()

  const call = (operation: string, body: unknown): Promise<string> =>
    callCloud(cloud, credentials(), {
      service: 'logs',
      contentType: 'application/x-amz-json-1.1',
      target: `Logs_20140328.${operation}`,
      body: JSON.stringify(body),
    })

  async function create(): Promise<void> {
    await call('CreateLogStream', names).catch(async (error: unknown) => {
      if (!(error instanceof CloudCallError) || error.code !== 'ResourceNotFoundException') throw error
      await call('CreateLogGroup', { logGroupName: settings.logGroup })
      await call('CreateLogStream', names)
    })
    created = true
  }

  async function send(logEvents: typeof batch): Promise<void> {
    try {
      if (!created) await create()
      for (let start = 0; start < logEvents.length; start += MAX_BATCH) {
        await call('PutLogEvents', { ...names, logEvents: logEvents.slice(start, start + MAX_BATCH) })
      }
    } catch (error) {
      const reason = error instanceof CloudCallError ? error.code : 'unreachable'
      cloud.log.warn({ logGroup: settings.logGroup, reason }, 'a function’s log lines were lost')
    }
  }

  return {
    name,
    write(line) {
      batch.push({ timestamp: cloud.clock.now().getTime(), message: line })
      current.push(line)
    },
    begin: () => {
      current = []
    },
    lines: () => current,
    flush() {
      const events = batch
      batch = []
      if (events.length > 0 && cloud.url !== '') sending = sending.then(() => send(events))
      return sending
    },
  }
}
