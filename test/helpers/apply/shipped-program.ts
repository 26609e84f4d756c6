import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleAll } from '../../../infra/bundle/bundle.ts'
import { proxyBundle } from '../../../infra/bundle/paths.ts'
import { readStackConfig } from '../../../infra/config/read-config.ts'
import { createStack } from '../../../infra/stack.ts'
import { type Applied, type ApplyOptions, applyStack } from '../../../local/apply/apply.ts'
import { issueLoopbackCertificate } from '../../../local/cloud/certificate.ts'
import type { CloudOptions } from '../../../local/cloud/cloud.ts'
import { type RunningCloud, startCloud } from '../../../local/cloud/start-cloud.ts'
import { type RunningUpstream, startUpstream } from '../../../local/providers/start-upstream.ts'
import { localStackConfig } from '../../../local/stack/local-stack-config.ts'

/** In every supplied value, so that none shows up anywhere unseen. */
export const CANARY = 'canary000000000000000000000'
export const suppliedValues = {
  'openai-admin': `sk-admin-${CANARY}`,
  'openrouter-admin': `sk-or-v1-${CANARY}`,
  'telegram-bot': `123456789:${CANARY}00000000`,
}

export interface ShippedProgram {
  readonly cloud: RunningCloud
  readonly upstream: RunningUpstream
  /** Applies it; `overrides` are laid over the shipped config, and by default take the proxy away. */
  apply(overrides?: Readonly<Record<string, unknown>>, options?: Partial<ApplyOptions>): Promise<Applied>
  close(): Promise<void>
}

const WITHOUT_PROXY = { 'keyturn:proxy': undefined }

/** The shipped program as built from the sources at hand, and an account and providers to apply it to. */
export async function shippedProgram(cloudOptions: CloudOptions = {}): Promise<ShippedProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-shipped-'))
  const certificate = await issueLoopbackCertificate()
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, certificate.caPem)
  await bundleAll()
  const environment = { NODE_EXTRA_CA_CERTS: caFile }
  const cloud = await startCloud({
    port: 0,
    ...cloudOptions,
    lambda: { environment, ...cloudOptions.lambda },
    ecs: {
      port: 0,
      images: { '': { entry: proxyBundle() } },
      environment: { ...environment, KEYTURN_PROXY_HOST: '127.0.0.1', KEYTURN_PROXY_LAME_DUCK_SECONDS: '0' },
    },
  })
  const upstream = await startUpstream({
    port: 0,
    clock: cloud.cloud.clock,
    faults: cloud.cloud.faults,
    certificate,
    adminKeys: { openai: [suppliedValues['openai-admin']], openrouter: [suppliedValues['openrouter-admin']] },
  })
  return {
    cloud,
    upstream,
    async apply(overrides = WITHOUT_PROXY, options = {}) {
      const shipped = await localStackConfig({ upstreamUrl: upstream.url, secrets: suppliedValues, overrides })
      return applyStack({
        cloudUrl: cloud.url,
        project: shipped.project,
        stack: shipped.stack,
        config: shipped.config,
        configSecrets: shipped.secretKeys,
        program: async () => ({ ...(await createStack(readStackConfig(), shipped)) }),
        ...options,
      })
    },
    async close() {
      await upstream.close()
      await cloud.close()
      await rm(folder, { recursive: true })
    },
  }
}
