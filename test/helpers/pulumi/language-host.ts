import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Properties } from '../../../local/apply/properties.ts'
import { type EngineAnswers, type Registered, startEngine } from './engine-server.ts'
import { type Project, readProject } from './project.ts'

const RUN = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run/index.js')

export interface HostRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly logs: readonly string[]
  readonly registered: readonly Registered[]
  readonly outputs: Properties | undefined
  /** Whether the program reached its end in the engine's eyes. */
  readonly finished: boolean
}

export interface HostOptions extends EngineAnswers {
  /** Where Pulumi.yaml is. */
  readonly directory: string
  readonly stack: string
  readonly config: Readonly<Record<string, string>>
  readonly secretKeys: readonly string[]
}

/**
 * Runs a project's program in Pulumi's real Node language host, with the arguments and the environment that the CLI's
 * plugin gives it (sdk/nodejs/cmd/pulumi-language-nodejs in pulumi/pulumi).
 */
export async function runInLanguageHost(options: HostOptions): Promise<HostRun> {
  const project = readProject(options.directory)
  const engine = await startEngine(options, project.name, options.stack)
  try {
    const ended = await start(project, options, engine.address)
    const { logs, registered } = engine
    return { ...ended, logs, registered, outputs: engine.outputs(), finished: engine.finished() }
  } finally {
    await engine.close()
  }
}

async function start(project: Project, options: HostOptions, address: string) {
  const args = [
    ...project.nodeArgs,
    RUN,
    ...['--monitor', address, '--engine', address, '--project', project.name, '--stack', options.stack],
    ...['--root-directory', options.directory, '--pwd', project.pwd, '--parallel', '16'],
    ...(options.dryRun ? ['--dry-run'] : []),
    project.entry,
  ]
  const child = spawn(process.execPath, args, {
    cwd: project.pwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PULUMI_CONFIG: JSON.stringify(options.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
      PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
    },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { exitCode, stdout, stderr }
}
