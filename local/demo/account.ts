import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager'
import { MINUTE, systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { systemRandom } from '../../core/random.ts'
import { formatGraceOnce, TAG } from '../../core/tags.ts'
import { type KeySet, readKeySet } from '../../core/versions.ts'
import type { RunningStack } from '../run/run-stack.ts'

/** What an operator does in the account: through the same API calls as the console and the CLI. */
export interface Account {
  readonly client: SecretsManagerClient
  /** Full name of a secret of the stack. */
  name(short: string): string
  keys(short: string): Promise<KeySet>
  nextRotation(short: string): Promise<Date | undefined>
  value(short: string, versionId?: string): Promise<string>
  /** RotateSecret, and wait until the new version is current. Resolves to the outgoing version. */
  rotate(short: string, grace?: string): Promise<{ from: string; to: string }>
}

export function openAccount({ cloud, cloudUrl, stackTag }: RunningStack): Account {
  const client = new SecretsManagerClient({
    endpoint: cloudUrl,
    region: cloud.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // The demo moves the account's clock and not its own.
    disableClockSkewCorrection: true,
  })
  const name = (short: string): string => `${stackTag}/${short}`
  const describe = (short: string) => client.send(new DescribeSecretCommand({ SecretId: name(short) }))
  const account: Account = {
    client,
    name,
    keys: async (short) => readKeySet((await describe(short)).VersionIdsToStages ?? {}, cloud.clock.now()),
    nextRotation: async (short) => (await describe(short)).NextRotationDate,
    value: async (short, versionId) => {
      const { SecretString = '' } = await client.send(
        new GetSecretValueCommand({ SecretId: name(short), ...(versionId && { VersionId: versionId }) }),
      )
      return SecretString
    },
    rotate: async (short, grace) => {
      const to = systemRandom.uuid()
      const { current: from = '' } = await account.keys(short)
      if (grace !== undefined) {
        const tag = { Key: TAG.graceOnce, Value: formatGraceOnce(grace, to) }
        await client.send(new TagResourceCommand({ SecretId: name(short), Tags: [tag] }))
      }
      await client.send(new RotateSecretCommand({ SecretId: name(short), ClientRequestToken: to }))
      const deadline = systemClock.monotonic() + MINUTE
      while (systemClock.monotonic() < deadline) {
        const { VersionIdsToStages = {} } = await describe(short)
        const labels = VersionIdsToStages[to] ?? []
        if (labels.includes('AWSCURRENT') && !labels.includes('AWSPENDING')) return { from, to }
        await systemClock.sleep(50)
      }
      throw new KeyturnError(
        'rotation-stuck',
        `The rotation of ${name(short)} did not end within a minute. Look at it with npx keyturn status.`,
      )
    },
  }
  return account
}
