import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MINUTE, SECOND, systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import { systemRandom } from '../../core/random.ts'
import { proxyBundle, repository } from '../../infra/bundle/paths.ts'
import { checkStackFile } from '../../infra/config/parse.ts'
import { findStackFile } from '../../infra/config/stack-file.ts'
import { applyStack } from '../apply/apply.ts'
import { ApplyError } from '../apply/errors.ts'
import type { ProgressEvent } from '../apply/progress.ts'
import type { StackState } from '../apply/state.ts'
import { issueLoopbackCertificate } from '../cloud/certificate.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { removeAbandonedFolders, removeTemporaryFolder, temporaryFolder } from '../cloud/process/temporary-folders.ts'
import { serviceUrl } from '../cloud/services/ecs/ecs.ts'
import { startCloud } from '../cloud/start-cloud.ts'
import { type RunningUpstream, startUpstream } from '../providers/start-upstream.ts'
import { type LocalStackConfig, localStackConfig } from '../stack/local-stack-config.ts'
import { type Kept, openKept } from './kept.ts'
import { assertFree, type Ports } from './ports.ts'
import { throwawayValues } from './throwaway-values.ts'

export interface RunOptions {
  readonly ports: Ports
  /** Whose file is run: `dev` of Pulumi.dev.yaml, unless given. */
  readonly stack?: string | undefined
  /** Keeps everything in this folder; in memory when absent. */
  readonly dataDir?: string | undefined
  /** Laid over the stack's config, by key with namespace. */
  readonly overrides?: Readonly<Record<string, unknown>>
  /** The account's quota of functions at once; what a fresh account has unless given. */
  readonly lambdaConcurrency?: number | undefined
  readonly upstream?: { readonly chunks?: number; readonly chunkDelayMs?: number; readonly echo?: boolean }
  /** Where the local cloud, the functions and the proxy log; nowhere when absent. */
  readonly log?: Logger
  /** Takes down what stands while it is still starting. */
  readonly signal?: AbortSignal
  readonly onStage?: (stage: string) => void
  readonly onResource?: (event: ProgressEvent) => void
}

/** AWS raises it with an account's age and use, or when asked (Service Quotas, L-B99A9384). */
export const FRESH_ACCOUNT_CONCURRENCY = 10
export const GROWN_ACCOUNT_CONCURRENCY = 1000

/** What of the proxy's settings is told to people. */
export interface ProxyOverview {
  readonly clients: readonly { readonly name: string; readonly secret: string }[]
  readonly routes: readonly { readonly prefix: string; readonly upstream: string; readonly secret: string }[]
}

export interface RunningStack {
  readonly cloud: Cloud
  readonly cloudUrl: string
  readonly upstream: RunningUpstream
  /** Where the proxy listens, and what the stack's file says of it; both absent when the stack has none. */
  readonly proxyUrl?: string
  readonly proxy?: ProxyOverview
  readonly stackTag: string
  /** Names of the secrets in the stack's file. */
  readonly inventory: readonly string[]
  readonly resources: Readonly<Record<string, number>>
  readonly state: StackState
  /** Origins in the config that this machine has no stand-in for. */
  readonly unmapped: readonly string[]
  close(): Promise<void>
}

/**
 * Builds, starts and applies everything that `npm start`, the demo and the end-to-end tests stand on. Aborted by
 * `signal` while it starts, it takes down what stands and rejects with the signal's reason.
 */
export async function runStack(options: RunOptions): Promise<RunningStack> {
  const closing: Closing = []
  const starting = start(options, closing)
  const { signal } = options
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([starting, aborted.promise])
  } catch (error) {
    const settled = starting.then(
      () => {},
      () => {},
    )
    // What is kept must know what the apply has made until now; without, what is under way fails on a cloud that is gone.
    if (options.dataDir !== undefined) await settled
    await closeAll(closing)
    await Promise.race([settled, systemClock.sleep(SECOND)])
    await closeAll(closing)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** How to take down what has been started; the last one first. */
type Closing = (() => unknown)[]

async function closeAll(closing: Closing): Promise<void> {
  for (const step of closing.splice(0).reverse()) await step()
}

async function start(options: RunOptions, closing: Closing): Promise<RunningStack> {
  const { ports, stack, signal, onStage = () => {} } = options
  const overrides = options.overrides ?? {}
  await assertStackFileSound(stack)
  const shipped = await localStackConfig({ upstreamUrl: 'https://upstream.invalid', secrets: {}, stack, overrides })
  await assertFree(ports)
  const kept = await openKept(options.dataDir)
  assertSameStack(kept, shipped, options.dataDir)
  removeAbandonedFolders()
  const scratch = temporaryFolder()
  closing.push(() => removeTemporaryFolder(scratch))

  onStage('starting the local cloud and the upstream')
  const certificate = await issueLoopbackCertificate()
  const caFile = join(scratch, 'ca.pem')
  await writeFile(caFile, certificate.caPem)
  const environment = { NODE_EXTRA_CA_CERTS: caFile }
  signal?.throwIfAborted()
  const running = await startCloud({
    port: ports.cloud,
    ...(shipped.config['aws:region'] !== undefined && { region: shipped.config['aws:region'] }),
    ...(options.log && { log: options.log }),
    ...(options.dataDir !== undefined && { dataDir: join(options.dataDir, 'cloud') }),
    lambda: { environment, concurrentExecutions: options.lambdaConcurrency ?? quotaFor(shipped) },
    ecs: {
      port: ports.proxy,
      images: { '': { entry: proxyBundle() } },
      environment: { ...environment, KEYTURN_PROXY_HOST: '127.0.0.1', KEYTURN_PROXY_LAME_DUCK_SECONDS: '0' },
    },
  })
  closing.push(() => running.close())
  signal?.throwIfAborted()
  const { cloud } = running

  const providers = {
    'https://upstream.invalid/openai': 'openai',
    'https://upstream.invalid/openrouter': 'openrouter',
  }
  const made = throwawayValues(inventoryOf(shipped), providers, systemRandom)
  let saving = Promise.resolve()
  let started: RunningUpstream | undefined
  const upstream = await startUpstream({
    port: ports.upstream,
    clock: cloud.clock,
    faults: cloud.faults,
    journal: cloud.journal,
    certificate,
    snapshot: kept.upstream,
    adminKeys: made.adminKeys,
    onChange: () => {
      const keys = started?.keys
      if (keys) saving = saving.then(() => kept.saveUpstream(keys.toJSON()))
    },
    ...options.upstream,
  })
  started = upstream
  await kept.saveUpstream(upstream.keys.toJSON())
  // After the cloud: a function that is under way is ended, and not left waiting for a provider.
  closing.unshift(async () => {
    await upstream.close()
    await saving
  })
  signal?.throwIfAborted()

  const config = await localStackConfig({ upstreamUrl: upstream.url, secrets: made.values, stack, overrides })
  onStage('applying the Pulumi program')
  // Pulumi's SDKs take a second to load: not before it is said what is going on.
  const { program } = await import('../../infra/program.ts')
  const applied = await applyStack({
    cloudUrl: running.url,
    project: config.project,
    stack: config.stack,
    config: config.config,
    configSecrets: config.secretKeys,
    clock: cloud.clock,
    ...(ports.proxy !== 0 && { loadBalancerHost: `127.0.0.1:${ports.proxy}` }),
    program: async () => ({ ...(await program()) }),
    ...(kept.stack && { state: kept.stack }),
    ...(options.onResource && { onProgress: options.onResource }),
    signal,
  }).catch(async (error: unknown) => {
    if (error instanceof ApplyError) await kept.saveStack(error.state)
    throw error
  })
  await kept.saveStack(applied.state)

  const proxy = proxyOf(shipped)
  if (proxy) onStage('waiting for the proxy')
  const proxyUrl = proxy && (await proxyReady(cloud, signal))
  return {
    cloud,
    cloudUrl: running.url,
    upstream,
    ...(proxy && proxyUrl !== undefined && { proxyUrl, proxy }),
    stackTag: `${config.project}/${config.stack}`,
    inventory: inventoryOf(config).map(({ name }) => name),
    resources: applied.resources,
    state: applied.state,
    unmapped: config.unmapped,
    close: () => closeAll(closing),
  }
}

/** @throws KeyturnError `data-dir-stack` */
function assertSameStack({ stack: before }: Kept, { stack }: LocalStackConfig, dataDir = ''): void {
  if (before === undefined || before.stack === stack) return
  throw new KeyturnError(
    'data-dir-stack',
    `${dataDir} holds the stack ${before.stack}, and this is ${stack}. Start with --stack ${before.stack}, or name another folder.`,
  )
}

/** The proxy as the stack's file has it, with the providers' own addresses; undefined without one. */
const proxyOf = ({ shipped }: LocalStackConfig): ProxyOverview | undefined =>
  shipped['keyturn:proxy'] as ProxyOverview | undefined

/** A stack that reserves concurrency is meant for an account that has some to reserve: AWS leaves 100 unreserved. */
function quotaFor({ shipped }: LocalStackConfig): number {
  const functions = shipped['keyturn:functions'] as { readonly reservedConcurrency?: number } | undefined
  return functions?.reservedConcurrency === undefined ? FRESH_ACCOUNT_CONCURRENCY : GROWN_ACCOUNT_CONCURRENCY
}

/** Before anything is started, and in the words of `keyturn plan`: the mistakes are the reader's. */
async function assertStackFileSound(stack = 'dev'): Promise<void> {
  const file = await findStackFile(repository, stack)
  if (file) checkStackFile(file)
}

const inventoryOf = ({ config }: LocalStackConfig): Parameters<typeof throwawayValues>[0] =>
  JSON.parse(config['keyturn:secrets'] ?? '[]')

/**
 * Where the proxy answers, once it does.
 * @throws KeyturnError `proxy-not-ready` (terminal)
 */
async function proxyReady(cloud: Cloud, signal: AbortSignal | undefined): Promise<string> {
  const deadline = systemClock.monotonic() + MINUTE
  while (systemClock.monotonic() < deadline) {
    signal?.throwIfAborted()
    const [service] = Object.values(cloud.state.ecs.services)
    const url = service && serviceUrl(cloud, service.arn)
    if (url !== undefined && (await answers(`${url}/ready`))) return url
    await systemClock.sleep(100)
  }
  throw new KeyturnError(
    'proxy-not-ready',
    'The proxy did not become ready within a minute. Run npm start with --verbose to see its log.',
  )
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5 * SECOND) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
