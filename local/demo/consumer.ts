import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/** A program that calls the proxy with a key which it read from Secrets Manager at some time, as consumers do. */
export interface Consumer {
  readonly name: string
  key(): string
  /** Reads the current key: what a deployment, or a client that looks again, does. */
  reread(): Promise<void>
}

export async function consumer(name: string, secrets: SecretsManagerClient, secretId: string): Promise<Consumer> {
  let key = ''
  const reread = async (): Promise<void> => {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }))
    key = SecretString
  }
  await reread()
  return { name, key: () => key, reread }
}
