import { KeyturnError } from '../../core/errors.ts'
import { type Cloud, type CloudOptions, createCloud } from './cloud.ts'
import { openDataDir } from './persistence.ts'
import { createRegions } from './regions.ts'
import { startServer } from './server.ts'
import { services as allServices, wiring } from './services/index.ts'
import type { Service } from './services/service.ts'

export interface StartOptions extends CloudOptions {
  /** 4566 unless given; 0 picks a free one. */
  port?: number
  /** Where state survives a restart; in memory when absent. */
  dataDir?: string
  /** Replaces the list of services, for tests. */
  services?: readonly Service[]
}

export interface RunningCloud {
  readonly cloud: Cloud
  readonly url: string
  close(): Promise<void>
}

export const DEFAULT_PORT = 4566

/**
 * Starts the local cloud on 127.0.0.1.
 * @throws KeyturnError `port-taken`, `data-dir-corrupt`, `data-dir-unusable`, `data-dir-region`
 */
export async function startCloud(options: StartOptions = {}): Promise<RunningCloud> {
  const services = options.services ?? allServices
  const data = options.dataDir === undefined ? undefined : await openDataDir(options.dataDir)
  const saved = data?.saved
  if (saved && (options.region ?? saved.region) !== saved.region) throw otherRegion(options, saved.region)
  const cloud = createCloud(
    {
      ...options,
      ...(saved && { region: saved.region }),
      ...(saved && { clockOffsetMs: saved.clockOffsetMs }),
    },
    wiring,
    saved?.state,
  )
  const regions = createRegions(cloud, { services, wiring, saved: saved?.regions })
  const server = await startServer(regions, services, options.port ?? DEFAULT_PORT)
  cloud.url = server.url
  data?.follow(cloud, regions.states)

  async function close(): Promise<void> {
    cloud.clock.stop()
    for (const region of regions.all()) {
      for (const service of [...services].reverse()) await service.stop?.(region)
    }
    await server.close()
    await data?.close()
  }

  try {
    for (const service of services) await service.start?.(cloud)
    for (const region of Object.keys(saved?.regions ?? {})) await regions.in(region)
  } catch (error) {
    await close()
    throw error
  }
  return { cloud, url: server.url, close }
}

const otherRegion = ({ dataDir, region }: StartOptions, kept: string): Error =>
  new KeyturnError(
    'data-dir-region',
    `The state in ${dataDir} was made in ${kept}, and aws:region is ${region}. Set aws:region back in Pulumi.dev.yaml, or name another folder.`,
  )
