import { type AddressInfo, createServer } from 'node:net'
import { dirname } from 'node:path'
import { SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import type { ChildProcesses } from '../../process/child-processes.ts'
import { type LogStream, openLogStream } from '../../process/log-stream.ts'
import { type RoleCredentials, roleCredentials } from '../../process/role-credentials.ts'
import type { Exit, NodeChild } from '../../process/spawn-node.ts'
import { lastPart } from './arns.ts'
import { containerSecrets } from './container-secrets.ts'
import { findTaskDefinition } from './find.ts'
import { entryOf, refusedPull } from './image.ts'
import type { ContainerDefinition, TaskDefinitionInput, TaskRecord } from './state.ts'
import { closeCredentials, openCredentials } from './task-credentials.ts'

export interface RunningTask {
  readonly child: NodeChild
  readonly port: number
  /** Host ports by container port. */
  readonly ports: Readonly<Record<number, number>>
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopSeconds: number
  /** Resolves once the process is gone and its log is delivered. */
  readonly exited: Promise<Exit>
}

const FLUSH_MS = SECOND

/**
 * Starts a task's container: pulls the image and opens the log under the execution role, then runs the Node entry that
 * stands in for the image under the task role.
 * @throws Error whose message is what ECS shows as the stopped reason
 */
export async function startTask(cloud: Cloud, children: ChildProcesses, task: TaskRecord): Promise<RunningTask> {
  const { input } = findTaskDefinition(cloud, task.taskDefinition)
  const [container] = input.containerDefinitions
  const entry = container && entryOf(cloud, container.image)
  if (!container || !entry) {
    throw new Error(`CannotPullContainerError: no local entry stands in for image ${container?.image}`)
  }
  const execution = executionRole(cloud, task, input, container)
  const log = execution && (await openLog(cloud, execution, task, container))
  const secrets = execution ? await read(() => containerSecrets(cloud, execution, container)) : {}
  const credentials = input.taskRoleArn ? read(() => openCredentials(cloud, task.arn, input.taskRoleArn ?? '')) : {}
  const { port, ports, variables } = await choosePorts(container)
  const environment = { ...(await credentials), ...secrets }

  const child = children.spawn({
    name: `ecs ${container.name}`,
    entry,
    cwd: dirname(entry),
    env: {
      ...Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
      AWS_REGION: cloud.region,
      AWS_DEFAULT_REGION: cloud.region,
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      AWS_ENDPOINT_URL: cloud.url,
      ...variables,
      ...cloud.options.ecs?.environment,
      ...environment,
    },
    onStdout: (line) => log?.write(line),
    onStderr: (line) => log?.write(line),
  })
  const flushing = setInterval(() => void log?.flush(), FLUSH_MS).unref()
  const exited = child.exited.then(async (exit) => {
    clearInterval(flushing)
    closeCredentials(cloud, environment)
    await log?.flush()
    return exit
  })
  return { child, port, ports, stopSeconds: container.stopTimeout, exited }
}

/**
 * Tasks share one machine here, so each of a container's ports is a free one: `PORT` says which stands for the first
 * mapping, and `METRICS_PORT` which for a further one called `metrics`.
 */
async function choosePorts({ portMappings }: ContainerDefinition) {
  const [port, ...others] = await Promise.all([freePort(), ...portMappings.slice(1).map(() => freePort())])
  const free = [port, ...others]
  const variables: Record<string, string> = { PORT: String(port) }
  portMappings.slice(1).forEach(({ name }, index) => {
    if (name !== undefined) variables[`${name.toUpperCase().replaceAll('-', '_')}_PORT`] = String(others[index])
  })
  const ports = Object.fromEntries(portMappings.map(({ containerPort }, index) => [containerPort, free[index]]))
  return { port, ports: ports as Record<number, number>, variables }
}

function executionRole(
  cloud: Cloud,
  task: TaskRecord,
  { executionRoleArn }: TaskDefinitionInput,
  container: ContainerDefinition,
): RoleCredentials | undefined {
  if (executionRoleArn === undefined) return undefined
  const assume = { service: 'ecs-tasks.amazonaws.com', sourceArn: task.arn }
  const session = lastPart(task.arn)
  const principal = readNow(() => cloud.iam.assume(executionRoleArn, session, assume))
  const refused = refusedPull(cloud, principal, container.image)
  if (refused !== undefined) throw new Error(`CannotPullContainerError: ${refused}`)
  return roleCredentials(cloud, executionRoleArn, session, assume)
}

async function openLog(
  cloud: Cloud,
  credentials: RoleCredentials,
  task: TaskRecord,
  { name, logConfiguration }: ContainerDefinition,
): Promise<LogStream | undefined> {
  if (logConfiguration?.logDriver !== 'awslogs') return undefined
  const { options } = logConfiguration
  const log = openLogStream(cloud, credentials, {
    group: options['awslogs-group'] ?? '',
    name: `${options['awslogs-stream-prefix'] ?? 'ecs'}/${name}/${lastPart(task.arn)}`,
    createGroup: options['awslogs-create-group'] === 'true',
  })
  await read(() => log.create())
  return log
}

async function read<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw initialisation(error)
  }
}

function readNow<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw initialisation(error)
  }
}

const initialisation = (error: unknown): Error =>
  new Error(`ResourceInitializationError: ${error instanceof Error ? error.message : String(error)}`)

/** A port on 127.0.0.1 that was free a moment ago, for a process that cannot tell us which one it took. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
