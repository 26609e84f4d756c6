import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
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
import { serviceUrl } from '../cloud/services/ecs/ecs.ts'
import { startCloud } from '../cloud/start-cloud.ts'
import { type RunningUpstream, startUpstream } from '../providers/start-upstream.ts'
import { type LocalStackConfig, localStackConfig } from '../stack/local-stack-config.ts'
import { openKept } from './kept.ts'
import { assertFree, type Ports } from './ports.ts'
import { throwawayValues } from './throwaway-values.ts'

export interface RunOptions {
  readonly ports: Ports
  /** Keeps everything in this folder; in memory when absent. */
  readonly dataDir?: string | undefined
  /** Laid over the stack's config, by key with namespace. */
  readonly overrides?: Readonly<Record<string, unknown>>
  /** The account's quota of functions at once; what a fresh account has unless given. */
  readonly lambdaConcurrency?: number | undefined
  readonly upstream?: { readonly chunks?: number; readonly chunkDelayMs?: number; readonly echo?: boolean }
  /** Where the local cloud, the functions and the proxy log; nowhere when absent. */
  readonly log?: Logger
  readonly onStage?: (stage: string) => void
  readonly onResource?: (event: ProgressEvent) => void
}

/** AWS raises it with an account's age and use, or when asked (Service Quotas, L-B99A9384). */
export const FRESH_ACCOUNT_CONCURRENCY = 10

export interface RunningStack {
  readonly cloud: Cloud
  readonly cloudUrl: string
  readonly upstream: RunningUpstream
  readonly proxyUrl: string
  readonly stackTag: string
  readonly resources: Readonly<Record<string, number>>
  readonly state: StackState
  /** Origins in the config that this machine has no stand-in for. */
  readonly unmapped: readonly string[]
  close(): Promise<void>
}

/** Builds, starts and applies everything that `npm start`, the demo and the end-to-end tests stand on. */
export async function runStack(options: RunOptions): Promise<RunningStack> {
  const { ports, onStage = () => {} } = options
  const closing: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    await assertFree(ports)
    await assertStackFileSound()
    const scratch = await mkdtemp(join(tmpdir(), 'keyturn-'))
    closing.push(() => rm(scratch, { recursive: true, force: true }))
    const kept = await openKept(options.dataDir)

    const shipped = await localStackConfig({
      upstreamUrl: 'https://upstream.invalid',
      secrets: {},
      overrides: options.overrides ?? {},
    })

    onStage('starting the local cloud and the upstream')
    const certificate = await issueLoopbackCertificate()
    const caFile = join(scratch, 'ca.pem')
    await writeFile(caFile, certificate.caPem)
    const environment = { NODE_EXTRA_CA_CERTS: caFile }
    const running = await startCloud({
      port: ports.cloud,
      ...(shipped.config['aws:region'] !== undefined && { region: shipped.config['aws:region'] }),
      ...(options.log && { log: options.log }),
      ...(options.dataDir !== undefined && { dataDir: join(options.dataDir, 'cloud') }),
      lambda: { environment, concurrentExecutions: options.lambdaConcurrency ?? FRESH_ACCOUNT_CONCURRENCY },
      ecs: {
        port: ports.proxy,
        images: { '': { entry: proxyBundle() } },
        environment: { ...environment, KEYTURN_PROXY_HOST: '127.0.0.1', KEYTURN_PROXY_LAME_DUCK_SECONDS: '0' },
      },
    })
    closing.push(() => running.close())
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
    closing.push(async () => {
      await upstream.close()
      await saving
    })

    const config = await localStackConfig({
      upstreamUrl: upstream.url,
      secrets: made.values,
      overrides: options.overrides ?? {},
    })
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
    }).catch(async (error: unknown) => {
      if (error instanceof ApplyError) await kept.saveStack(error.state)
      throw error
    })
    await kept.saveStack(applied.state)

    onStage('waiting for the proxy')
    const proxyUrl = await proxyReady(cloud)
    return {
      cloud,
      cloudUrl: running.url,
      upstream,
      proxyUrl,
      stackTag: `${config.project}/${config.stack}`,
      resources: applied.resources,
      state: applied.state,
      unmapped: config.unmapped,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Before anything is started, and in the words of `keyturn plan`: the mistakes are the reader's. */
async function assertStackFileSound(): Promise<void> {
  const file = await findStackFile(repository, 'dev')
  if (file) checkStackFile(file)
}

const inventoryOf = ({ config }: LocalStackConfig): Parameters<typeof throwawayValues>[0] =>
  JSON.parse(config['keyturn:secrets'] ?? '[]')

/**
 * Where the proxy answers, once it does.
 * @throws KeyturnError `proxy-not-ready` (terminal)
 */
async function proxyReady(cloud: Cloud): Promise<string> {
  const deadline = systemClock.monotonic() + MINUTE
  while (systemClock.monotonic() < deadline) {
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
