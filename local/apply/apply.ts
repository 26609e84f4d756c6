import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type Random, systemRandom } from '../../core/random.ts'
import { createClients, type DeployerCredentials } from './clients.ts'
import { ApplyError, ResourceFailure } from './errors.ts'
import { invoke } from './invokes.ts'
import { ApplyMonitor } from './monitor.ts'
import type { Change, ProgressEvent } from './progress.ts'
import { elideSecrets, type Properties } from './properties.ts'
import { runProgram } from './pulumi-runtime.ts'
import type { ResourceHandler } from './resource.ts'
import { resourceHandlers } from './resources/registry.ts'
import { countByType, type StackState } from './state.ts'
import { Update } from './update.ts'

export interface ApplyOptions {
  /** Where the local cloud listens. */
  readonly cloudUrl: string
  /** `aws:region` of the config unless given. */
  readonly region?: string
  /** As Pulumi.yaml names it. */
  readonly project?: string
  readonly stack: string
  /** Stack config with namespaces, `keyturn:secrets`; structured values as JSON text. */
  readonly config: Readonly<Record<string, string>>
  /** Which keys of `config` hold secrets. */
  readonly configSecrets: readonly string[]
  /** Declares resources, as a Pulumi program does, and answers with the stack's outputs. */
  readonly program: () => Promise<Properties | undefined>
  /** Who applies; the account's administrator unless given. */
  readonly credentials?: DeployerCredentials
  /** What the apply before left. */
  readonly state?: StackState
  /** Tells what would change, and changes nothing. */
  readonly dryRun?: boolean
  readonly onProgress?: (event: ProgressEvent) => void
  /** Stops the apply: what is under way is waited for, nothing else begins. */
  readonly signal?: AbortSignal | undefined
  /** Host and port at which load balancers of the account answer: `127.0.0.1:8080`. */
  readonly loadBalancerHost?: string
  readonly clock?: Clock
  readonly random?: Random
  readonly handlers?: Readonly<Record<string, ResourceHandler>>
}

export interface Applied {
  /** The stack's outputs, secrets elided. */
  readonly outputs: Properties
  /** Custom resources by type. */
  readonly resources: Readonly<Record<string, number>>
  readonly changes: readonly Change[]
  readonly state: StackState
}

/**
 * Applies a Pulumi program to the local cloud: evaluates it in this process and turns every resource that it declares
 * into AWS calls, in the order that the program's own dependencies give.
 * @throws ApplyError naming the resource and AWS's error, or with the program's own, and the state reached so far
 */
export async function applyStack(options: ApplyOptions): Promise<Applied> {
  const {
    project = 'keyturn',
    stack,
    region = options.config['aws:region'] ?? 'eu-central-1',
    state: previous,
    random = systemRandom,
    dryRun = false,
  } = options
  const clients = createClients(options.cloudUrl, region, options.credentials)
  try {
    const { Account } = await clients.sts.send(new GetCallerIdentityCommand({}))
    options.signal?.throwIfAborted()
    const context = {
      clients,
      region,
      accountId: Account ?? '',
      clock: options.clock ?? systemClock,
      random,
      loadBalancerHost: options.loadBalancerHost ?? '127.0.0.1',
    }
    const salt = previous?.salt ?? Buffer.from(random.bytes(16)).toString('hex')
    const { handlers = resourceHandlers, onProgress = () => {} } = options
    const update = new Update({ handlers, context, previous, salt, dryRun, onProgress })
    const failure = Promise.withResolvers<never>()
    options.signal?.addEventListener('abort', () => failure.reject(options.signal?.reason), { once: true })
    let outputs: Properties = {}
    const monitor = new ApplyMonitor({
      project,
      stack,
      register: (registration) => update.register(registration),
      invoke: (token, inputs) => invoke(token, inputs, context),
      registerOutputs: (urn, all) => {
        if (urn.includes('::pulumi:pulumi:Stack::')) outputs = elideSecrets(all) as Properties
      },
      fail: failure.reject,
    })
    const stateNow = (): StackState => ({ version: 1, project, stack, salt, ...update.resources(), outputs })
    try {
      await runProgram({
        ...options,
        project,
        dryRun,
        secretKeys: options.configSecrets,
        monitor,
        failure: failure.promise,
      })
      await update.removeOthers()
    } catch (cause) {
      await update.stop()
      throw toApplyError(cause, stateNow())
    }
    const state = dryRun && previous ? previous : stateNow()
    return { outputs, resources: countByType(stateNow()), changes: update.changes, state }
  } finally {
    clients.destroy()
  }
}

function toApplyError(cause: unknown, state: StackState): ApplyError {
  if (cause instanceof ResourceFailure) return new ApplyError(cause.message, cause.cause, state, cause.urn)
  return new ApplyError(cause instanceof Error ? cause.message : String(cause), cause, state)
}
