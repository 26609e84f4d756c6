import type { Cloud } from '../cloud.ts'
import { CloudCallError, callCloud } from './call-cloud.ts'
import type { RoleCredentials } from './role-credentials.ts'

export interface LogStreamOptions {
  readonly group: string
  readonly name: string
  /** Whether a missing group is made. */
  readonly createGroup: boolean
}

/** One stream in CloudWatch Logs, written under a role as Lambda and the awslogs driver do. */
export interface LogStream {
  readonly name: string
  write(line: string): void
  /** Makes the stream, which `flush` otherwise does by itself. @throws CloudCallError */
  create(): Promise<void>
  /** Sends what is gathered. Never rejects: lines that cannot be delivered are lost, as in AWS. */
  flush(): Promise<void>
}

const MAX_BATCH = 1_000

export function openLogStream(cloud: Cloud, credentials: RoleCredentials, options: LogStreamOptions): LogStream {
  const names = { logGroupName: options.group, logStreamName: options.name }
  let batch: { timestamp: number; message: string }[] = []
  let created: Promise<void> | undefined
  let sending: Promise<void> = Promise.resolve()

  const call = (operation: string, body: unknown): Promise<string> =>
    callCloud(cloud, credentials(), {
      service: 'logs',
      contentType: 'application/x-amz-json-1.1',
      target: `Logs_20140328.${operation}`,
      body: JSON.stringify(body),
    })

  async function createOnce(): Promise<void> {
    await call('CreateLogStream', names).catch(async (error: unknown) => {
      const missing = error instanceof CloudCallError && error.code === 'ResourceNotFoundException'
      if (!missing || !options.createGroup) throw error
      await call('CreateLogGroup', { logGroupName: options.group })
      await call('CreateLogStream', names)
    })
  }

  function create(): Promise<void> {
    created ??= createOnce().catch((error: unknown) => {
      created = undefined
      throw error
    })
    return created
  }

  async function send(logEvents: typeof batch): Promise<void> {
    try {
      await create()
      for (let start = 0; start < logEvents.length; start += MAX_BATCH) {
        await call('PutLogEvents', { ...names, logEvents: logEvents.slice(start, start + MAX_BATCH) })
      }
    } catch (error) {
      const reason = error instanceof CloudCallError ? error.code : 'unreachable'
      cloud.log.warn({ logGroup: options.group, reason }, 'log lines were lost')
    }
  }

  return {
    name: options.name,
    write(line) {
      // CloudWatch refuses events without text.
      if (line !== '') batch.push({ timestamp: cloud.clock.now().getTime(), message: line })
    },
    create,
    flush() {
      const events = batch
      batch = []
      if (events.length > 0 && cloud.url !== '') sending = sending.then(() => send(events))
      return sending
    },
  }
}
