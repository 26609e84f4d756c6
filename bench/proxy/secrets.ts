import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { type RunningCloud, startCloud } from '../../local/cloud/start-cloud.ts'

export const CLIENT_KEY = `kt_${'b'.repeat(43)}`
export const UPSTREAM_KEY = 'sk-bench-upstream'

/** The local cloud with the two secrets that our proxy needs: a caller's key and the upstream's. */
export async function startSecrets(): Promise<RunningCloud> {
  const cloud = await startCloud({ port: 0 })
  const client = new SecretsManagerClient({
    endpoint: cloud.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  for (const [Name, SecretString] of [
    ['keyturn/bench/app', CLIENT_KEY],
    ['keyturn/bench/openai', UPSTREAM_KEY],
  ]) {
    await client.send(new CreateSecretCommand({ Name, SecretString }))
  }
  client.destroy()
  return cloud
}
