import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECSClient } from '@aws-sdk/client-ecs'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { bundleAll } from '../../../infra/bundle/bundle.ts'
import { type RunningStack, type RunOptions, runStack } from '../../../local/run/run-stack.ts'
import { readStackFiles } from '../../../local/stack/stack-files.ts'

export interface StackUnderTest extends RunningStack {
  readonly proxyUrl: string
  readonly secrets: SecretsManagerClient
  readonly lambda: LambdaClient
  readonly iam: IAMClient
  readonly kms: KMSClient
  readonly ecs: ECSClient
  readonly logs: CloudWatchLogsClient
}

export const LOCAL = { accessKeyId: 'local', secretAccessKey: 'local' }

/** What an SDK client of this process needs: it does not know of the moved clock, as the cloud's children do. */
export const clientConfig = (endpoint: string) => ({
  endpoint,
  region: 'eu-central-1',
  disableClockSkewCorrection: async () => true,
})

/** The whole product as built from the sources at hand, on free ports, with an SDK client for each service. */
export async function startStack(options: Partial<RunOptions> = {}): Promise<StackUnderTest> {
  await bundleAll()
  const stack = await runStack({
    ports: { cloud: 0, proxy: 0, upstream: 0 },
    upstream: { echo: true, chunks: 3 },
    ...options,
    overrides: { ...(await attentiveProxy()), ...options.overrides },
  })
  const config = { ...clientConfig(stack.cloudUrl), credentials: LOCAL }
  const clients = {
    secrets: new SecretsManagerClient(config),
    lambda: new LambdaClient(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    ecs: new ECSClient(config),
    logs: new CloudWatchLogsClient(config),
  }
  const { proxyUrl } = stack
  if (proxyUrl === undefined) throw new Error('the stack under test has no proxy')
  return {
    ...stack,
    proxyUrl,
    ...clients,
    async close() {
      for (const client of Object.values(clients)) client.destroy()
      await stack.close()
    },
  }
}

/** The shipped proxy, looking at its key sets as often as its config allows, so that no test waits long. */
async function attentiveProxy(): Promise<Readonly<Record<string, unknown>>> {
  const { config } = await readStackFiles(new URL('../../..', import.meta.url).pathname, 'dev')
  return { 'keyturn:proxy': { ...(config['keyturn:proxy'] as object), refreshSeconds: 5 } }
}
