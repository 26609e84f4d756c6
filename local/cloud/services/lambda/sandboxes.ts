import { HOUR, MINUTE, SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { type ChildProcesses, createChildProcesses } from '../../process/child-processes.ts'
import { type LogStream, openLogStream } from '../../process/log-stream.ts'
import { roleCredentials } from '../../process/role-credentials.ts'
import type { Credentials } from '../iam/types.ts'
import { unreservedConcurrency } from './account-concurrency.ts'
import { versionsOf } from './code.ts'
import { throttled } from './errors.ts'
import { childProcessRuntime } from './runtime/child-process.ts'
import { environmentVariables } from './runtime/environment-variables.ts'
import type { FunctionRuntime } from './runtime/function-runtime.ts'
import { inProcessRuntime, isInProcessCode } from './runtime/in-process.ts'
import { createTaskRoots, type TaskRoots } from './runtime/unpack.ts'
import type { FunctionRecord, FunctionVersion } from './state.ts'

/** One execution environment of a function: its own credentials, its own log stream, one invocation at a time. */
export interface Sandbox {
  readonly functionName: string
  readonly revisionId: string
  readonly credentials: Credentials
  readonly runtime: FunctionRuntime
  readonly log: LogStream
  /** Takes a line of the function's log. */
  readonly onLine: (line: string) => void
  /** The current invocation's lines. */
  readonly tail: string[]
  /** False from its second invocation on. */
  cold: boolean
  busy: boolean
  idleTimer?: NodeJS.Timeout
}

export interface Sandboxes {
  /**
   * A warm sandbox of this version, or a new one, marked busy.
   * @throws ServiceError TooManyRequestsException at the function's or the account's concurrency, AccessDenied when the role is not to be had
   */
  acquire(record: FunctionRecord, version: FunctionVersion): Sandbox
  /** Gives it back for reuse. */
  release(sandbox: Sandbox): void
  /** Ends it at once. */
  discard(sandbox: Sandbox): void
  /** Sandboxes in the middle of an invocation. */
  busy(): readonly Sandbox[]
  /** Ends the warm sandboxes of a function that changed or went away; busy ones are not reused afterwards. */
  retire(functionName: string): void
  close(): Promise<void>
}

const KEEP_WARM_MS = 2 * MINUTE
/** Longest function time-out (15 min) and some: a sandbox's keys must outlive the invocation that it starts. */
const CREDENTIAL_RESERVE_MS = 16 * MINUTE
/** As long as the keys of a real execution environment live. */
const CREDENTIAL_MS = 12 * HOUR

export function createSandboxes(cloud: Cloud): Sandboxes {
  const all = new Set<Sandbox>()
  const roots = createTaskRoots()
  const children = createChildProcesses(cloud.clock, cloud.log)

  function discard(sandbox: Sandbox): void {
    clearTimeout(sandbox.idleTimer)
    all.delete(sandbox)
    sandbox.runtime.kill()
    // In this process a killed handler runs on; without its keys it can do no more to the cloud than a dead one.
    delete cloud.state.iam.sessions[sandbox.credentials.accessKeyId]
  }

  const isFresh = (sandbox: Sandbox): boolean =>
    sandbox.credentials.expiration.getTime() - cloud.clock.now().getTime() > CREDENTIAL_RESERVE_MS

  /** A function with a reservation has that for itself; all others share what the reservations leave. */
  function assertRoom({ reservedConcurrency }: FunctionRecord, own: readonly Sandbox[]): void {
    if (reservedConcurrency !== undefined) {
      if (own.filter(({ busy }) => busy).length < reservedConcurrency) return
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
    }
    const { functions } = cloud.state.lambda
    const sharing = [...all].filter(
      ({ busy, functionName }) => busy && functions[functionName]?.reservedConcurrency === undefined,
    )
    if (sharing.length >= unreservedConcurrency(cloud)) throw throttled('ConcurrentInvocationLimitExceeded')
  }

  return {
    acquire(record, version) {
      const own = [...all].filter(({ functionName }) => functionName === record.name)
      assertRoom(record, own)
      const idle = own.filter(({ busy, revisionId }) => !busy && revisionId === version.revisionId)
      for (const stale of idle.filter((sandbox) => !isFresh(sandbox))) discard(stale)
      const sandbox = idle.find(isFresh) ?? start(cloud, children, roots, record, version)
      all.add(sandbox)
      clearTimeout(sandbox.idleTimer)
      sandbox.busy = true
      return sandbox
    },
    release(sandbox) {
      sandbox.busy = false
      sandbox.cold = false
      const record = cloud.state.lambda.functions[sandbox.functionName]
      const current = record && versionsOf(record).some(({ revisionId }) => revisionId === sandbox.revisionId)
      if (!current) return discard(sandbox)
      sandbox.idleTimer = setTimeout(() => discard(sandbox), cloud.options.lambda?.keepWarmMs ?? KEEP_WARM_MS).unref()
    },
    discard,
    busy: () => [...all].filter(({ busy }) => busy),
    retire(functionName) {
      for (const sandbox of all) if (sandbox.functionName === functionName && !sandbox.busy) discard(sandbox)
    },
    async close() {
      for (const sandbox of [...all]) discard(sandbox)
      await children.close()
      roots.remove()
    },
  }
}

function start(
  cloud: Cloud,
  children: ChildProcesses,
  roots: TaskRoots,
  record: FunctionRecord,
  version: FunctionVersion,
): Sandbox {
  const { name } = record
  const assume = { service: 'lambda.amazonaws.com', sourceArn: record.arn }
  const credentials = cloud.iam.issueCredentials(version.settings.role, name, {
    ...assume,
    durationMs: Math.max(CREDENTIAL_MS, version.settings.timeoutSeconds * SECOND + CREDENTIAL_RESERVE_MS),
  })
  const code = Buffer.from(cloud.state.lambda.code[version.codeSha256] ?? '', 'base64')
  const inProcess = isInProcessCode(code)
  const taskRoot = inProcess ? process.cwd() : roots.folderFor(version.codeSha256, code)
  const log = openLogStream(cloud, roleCredentials(cloud, version.settings.role, name, assume), {
    group: version.settings.logGroup,
    name: streamName(cloud, version),
    createGroup: true,
  })
  const environment = environmentVariables(cloud, record, version, { credentials, logStream: log.name, taskRoot })
  const tail: string[] = []
  const onLine = (line: string): void => {
    tail.push(line)
    log.write(line)
  }
  const options = { name, environment, onLine }
  const runtime = inProcess ? inProcessRuntime(code, options) : childProcessRuntime(children, taskRoot, options)
  return {
    functionName: name,
    revisionId: version.revisionId,
    credentials,
    runtime,
    log,
    tail,
    onLine,
    cold: true,
    busy: true,
  }
}

function streamName(cloud: Cloud, { version }: FunctionVersion): string {
  const day = cloud.clock.now().toISOString().slice(0, 10).replaceAll('-', '/')
  return `${day}/[${version}]${Buffer.from(cloud.random.bytes(16)).toString('hex')}`
}
