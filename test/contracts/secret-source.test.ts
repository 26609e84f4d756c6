import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyturnError } from '../../core/errors.ts'
import { type RunningCloud, startCloud } from '../../local/cloud/start-cloud.ts'
import type { SecretSource } from '../../proxy/keys/secret-source.ts'
import { secretsManagerSource } from '../../proxy/keys/secrets-manager.ts'
import { MemorySource } from '../helpers/proxy/memory-source.ts'

interface Rig {
  readonly source: SecretSource
  /** Makes a secret; its first version is current, the others carry their labels. */
  create(secretId: string, versions: readonly { id: string; value: string; labels: readonly string[] }[]): Promise<void>
  /** Takes a label from one version to another. */
  move(secretId: string, label: string, from: string, to: string): Promise<void>
  /** Schedules a secret for deletion. */
  remove(secretId: string): Promise<void>
  /** The next call for the secret's labels meets an outage. */
  failOnce(secretId: string): void
}

const FIRST = '11111111-1111-4111-8111-111111111111'
const SECOND = '22222222-2222-4222-8222-222222222222'
const THIRD = '33333333-3333-4333-8333-333333333333'
const GRACE = 'GRACE-UNTIL-20261123T100000Z'
const never = new AbortController().signal

let cloud: RunningCloud
let client: SecretsManagerClient

beforeAll(async () => {
  cloud = await startCloud({ port: 0 })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  client = new SecretsManagerClient({ endpoint: cloud.url, region: 'eu-central-1', credentials, maxAttempts: 1 })
})

afterAll(async () => {
  client.destroy()
  await cloud.close()
})

function inMemory(): Rig {
  const source = new MemorySource()
  const secrets = new Map<string, Map<string, { labels: string[]; value: string }>>()
  const show = (secretId: string) => source.set(secretId, Object.fromEntries(secrets.get(secretId) ?? []))
  return {
    source,
    create: async (secretId, versions) => {
      secrets.set(secretId, new Map(versions.map(({ id, value, labels }) => [id, { value, labels: [...labels] }])))
      show(secretId)
    },
    move: async (secretId, label, from, to) => {
      const versions = secrets.get(secretId)
      const [old, next] = [versions?.get(from), versions?.get(to)]
      if (!old || !next) throw new Error('no such version')
      old.labels = old.labels.filter((one) => one !== label)
      next.labels.push(label)
      show(secretId)
    },
    remove: async (secretId) => {
      source.broken.set(secretId, new KeyturnError('secret-deleted', 'It is going.'))
    },
    failOnce: (secretId) => {
      source.broken.set(secretId, new KeyturnError('secret-source-unavailable', 'The source is down.'))
      source.gate = async () => {
        source.gate = async () => void source.broken.delete(secretId)
      }
    },
  }
}

function inSecretsManager(): Rig {
  return {
    source: secretsManagerSource(client),
    create: async (secretId, [first, ...others]) => {
      const made = { Name: secretId, SecretString: first?.value, ClientRequestToken: first?.id }
      await client.send(new CreateSecretCommand(made))
      for (const { id, value, labels } of others) {
        const put = { SecretId: secretId, SecretString: value, ClientRequestToken: id, VersionStages: [...labels] }
        await client.send(new PutSecretValueCommand(put))
      }
    },
    move: async (secretId, label, from, to) => {
      const move = { SecretId: secretId, VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to }
      await client.send(new UpdateSecretVersionStageCommand(move))
    },
    remove: async (secretId) => {
      await client.send(new DeleteSecretCommand({ SecretId: secretId }))
    },
    failOnce: () => {
      cloud.cloud.faults.add({ service: 'secretsmanager', operation: 'DescribeSecret', effect: { kind: 'throttle' } })
    },
  }
}

describe.each([
  ['in memory', inMemory],
  ['Secrets Manager', inSecretsManager],
])('SecretSource: %s', (name, start) => {
  const secretId = (what: string) => `keyturn/${name.replaceAll(' ', '-')}/${what}`
  const three = [
    { id: FIRST, value: 'one', labels: ['AWSCURRENT'] },
    { id: SECOND, value: 'two', labels: ['AWSPENDING'] },
    { id: THIRD, value: 'three', labels: [GRACE, 'OTHER'] },
  ]

  it('tells every version that carries a label, with all its labels', async () => {
    const { source, create } = start()
    await create(secretId('labels'), three)

    const labels = await source.labels(secretId('labels'), never)

    const sorted = Object.entries(labels).map(([id, names]) => [id, [...names].sort()])
    expect(Object.fromEntries(sorted)).toEqual({
      [FIRST]: ['AWSCURRENT'],
      [SECOND]: ['AWSPENDING'],
      [THIRD]: [GRACE, 'OTHER'],
    })
  })

  it('gives a value by its version, whatever labels that carries', async () => {
    const { source, create } = start()
    await create(secretId('values'), three)

    for (const { id, value } of three) {
      expect((await source.value(secretId('values'), id, never))?.reveal()).toBe(value)
    }
  })

  it('follows labels that move, and values stay with their versions', async () => {
    const { source, create, move } = start()
    await create(secretId('moving'), three)
    await move(secretId('moving'), GRACE, THIRD, FIRST)

    const labels = await source.labels(secretId('moving'), never)
    expect([...(labels[FIRST] ?? [])].sort()).toEqual(['AWSCURRENT', GRACE])
    expect(labels[THIRD]).toEqual(['OTHER'])
    expect((await source.value(secretId('moving'), THIRD, never))?.reveal()).toBe('three')
  })

  it('gives nothing for a version that is not there', async () => {
    const { source, create } = start()
    await create(secretId('absent'), three)

    const absent = '44444444-4444-4444-8444-444444444444'
    expect(await source.value(secretId('absent'), absent, never)).toBeUndefined()
  })

  it('says that a secret is not there, and that one is going', async () => {
    const { source, create, remove } = start()
    await create(secretId('going'), three)
    await remove(secretId('going'))

    await expect(source.labels(secretId('none'), never)).rejects.toMatchObject({ code: 'secret-not-found' })
    await expect(source.labels(secretId('going'), never)).rejects.toMatchObject({ code: 'secret-deleted' })
  })

  it('says that it cannot be asked at the moment, and answers when it can', async () => {
    const { source, create, failOnce } = start()
    await create(secretId('outage'), three)
    failOnce(secretId('outage'))

    await expect(source.labels(secretId('outage'), never)).rejects.toMatchObject({ code: 'secret-source-unavailable' })
    expect(Object.keys(await source.labels(secretId('outage'), never))).toHaveLength(3)
  })

  it('ends a call whose signal aborts', async () => {
    const { source, create } = start()
    await create(secretId('aborted'), three)
    const aborted = AbortSignal.abort(new Error('too slow'))

    for (const call of [
      () => source.labels(secretId('aborted'), aborted),
      () => source.value(secretId('aborted'), FIRST, aborted),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'secret-source-unavailable' })
    }
  })

  it('shows no value in what is printed', async () => {
    const { source, create } = start()
    await create(secretId('printed'), [{ id: FIRST, value: 'canary', labels: ['AWSCURRENT'] }])

    const value = await source.value(secretId('printed'), FIRST, never)
    expect(JSON.stringify({ value }) + String(value)).not.toContain('canary')
  })
})
