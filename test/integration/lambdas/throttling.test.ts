import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { TAG } from '../../../core/tags.ts'
import type { FaultEffect } from '../../../local/cloud/faults.ts'
import type { JournalEntry } from '../../../local/cloud/journal.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'
import { untilUpdated } from '../../helpers/until-active.ts'

const ROLE = 'rotation-under-test'
const OPERATIONS = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage']

let rig: RotationRig
let lambda: LambdaClient
let serial = 0
let onCall: ((entry: Omit<JournalEntry, 'seq'>) => void) | undefined

beforeAll(async () => {
  rig = await startRotationRig()
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  lambda = new LambdaClient({ endpoint: rig.cloud.url, region: rig.cloud.region, credentials })
  const add = rig.cloud.journal.add.bind(rig.cloud.journal)
  rig.cloud.journal.add = (entry) => {
    add(entry)
    onCall?.(entry)
  }
})
afterAll(async () => {
  lambda.destroy()
  await rig.close()
})
afterEach(() => {
  rig.cloud.faults.clear()
  onCall = undefined
})

interface Subject {
  readonly arn: string
  readonly project: string
}

async function providerKey(grace = '24h'): Promise<Subject> {
  const project = `proj_faults_${++serial}`
  const entry = { strategy: 'provider-key', params: openAiParams(rig.upstream.url, project), grace }
  return { arn: await rig.create(`faults-${serial}`, entry), project }
}

const keysAtProvider = ({ project }: Subject): string[] =>
  rig.upstream.keys
    .live('openai')
    .filter(({ scope }) => scope === project)
    .map(({ id }) => id)
    .sort()
const keyIds = async ({ arn }: Subject, versions: readonly (string | undefined)[]): Promise<string[]> =>
  (await Promise.all(versions.map(async (id) => JSON.parse(await rig.value(arn, id ?? '')).keyId as string))).sort()
const record = ({ arn }: Subject) =>
  Object.values(rig.cloud.state.secretsManager.secrets).find((secret) => secret.arn === arn)
const lastError = (subject: Subject): string => record(subject)?.tags[TAG.lastError] ?? ''

const fail = (operation: string, effect: FaultEffect, times = 1, skip = 0): string =>
  rig.cloud.faults.add({ service: 'secretsmanager', operation, role: ROLE, times, skip, effect })

/** One current version, the outgoing one in grace, and at the provider the keys of these two. */
async function expectRotated(subject: Subject, from: string | undefined, token: string): Promise<void> {
  const set = await rig.keys(subject.arn)
  expect(set).toMatchObject({ current: token, pending: undefined, expired: [], malformed: [] })
  expect(set.grace.map(({ versionId }) => versionId)).toEqual([from])
  expect(keysAtProvider(subject)).toEqual(await keyIds(subject, [token, from]))
}

describe('B1 a Secrets Manager that throttles or fails', () => {
  const THROTTLED = { kind: 'throttle' } as const
  const FAILING = { kind: 'error', code: 'InternalServiceError', status: 500 } as const

  it.each(OPERATIONS.flatMap((operation) => [[operation, THROTTLED] as const, [operation, FAILING] as const]))(
    '%s answers a few times with %j: the same attempt gets through',
    async (operation, effect) => {
      const subject = await providerKey()
      const { current } = await rig.keys(subject.arn)
      const fault = fail(operation, effect, 2)
      const token = await rig.rotate(subject.arn)
      await rig.cloud.rotations.idle()
      expect(rig.cloud.faults.list().find(({ id }) => id === fault)?.taken).toBe(2)
      await expectRotated(subject, current, token)
      expect(lastError(subject)).toBe('')
    },
  )

  it.each(OPERATIONS)('%s fails for the whole of an attempt: a later one gets through', async (operation) => {
    const subject = await providerKey()
    const { current } = await rig.keys(subject.arn)
    // Five tries an SDK call, over at least one step.
    const fault = fail(operation, FAILING, 5)
    const token = await rig.rotateToEnd(subject.arn)
    expect(rig.cloud.faults.list().find(({ id }) => id === fault)?.taken).toBe(5)
    await expectRotated(subject, current, token)
    expect(lastError(subject)).toMatch(/(createSecret|testSecret|finishSecret) InternalServiceError$/)
  })

  it('a refused PutSecretValue leaves no key behind at the provider, however often it is tried', async () => {
    const subject = await providerKey()
    const before = keysAtProvider(subject)
    const fault = fail('PutSecretValue', { kind: 'error', code: 'AccessDeniedException' }, 100)
    await rig.rotateToEnd(subject.arn)
    expect(rig.cloud.faults.list().find(({ id }) => id === fault)?.taken).toBeGreaterThanOrEqual(5)
    expect(keysAtProvider(subject)).toEqual(before)
    expect(lastError(subject)).toMatch(/createSecret AccessDeniedException$/)
  })
})

describe('B2 the clock moves on during a rotation', () => {
  it('measures grace from the moment at which AWSCURRENT moved, not from an attempt that was cut off', async () => {
    const subject = await providerKey()
    const { current = '' } = await rig.keys(subject.arn)
    const began = rig.clock.now()
    const labelOf = (from: Date): string => graceLabel(new Date(from.getTime() + DAY))
    const token = '12121212-1212-4212-8212-121212121212'
    let moved: string | undefined
    onCall = ({ operation, at }) => {
      const version = Object.values(record(subject)?.versions ?? {}).find(({ id }) => id === token)
      if (operation === 'UpdateSecretVersionStage' && version?.stages.includes('AWSCURRENT')) moved ??= at
    }
    // The grace label is set, and the function dies before it moves AWSCURRENT.
    fail('UpdateSecretVersionStage', { kind: 'kill', when: 'before' }, 1, 1)
    await rig.rotate(subject.arn, token)
    await rig.cloud.rotations.idle()
    expect((await rig.labels(subject.arn))[current]).toContain(labelOf(began))

    await rig.settle()
    const at = new Date(moved ?? '')
    expect(at.getTime()).toBeGreaterThan(began.getTime())
    const { grace } = await rig.keys(subject.arn)
    expect(grace).toEqual([{ versionId: current, deadline: new Date(at.getTime() + DAY), labels: [labelOf(at)] }])
  })
})

describe('part of B16: a function that runs out of time', () => {
  async function limit(Timeout: number): Promise<void> {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'rotate', Timeout }))
    await untilUpdated(lambda, 'rotate')
  }

  it.each(OPERATIONS)(
    '%s is slow: the step fails as out-of-time, and the next attempt completes',
    async (operation) => {
      const subject = await providerKey()
      const { current } = await rig.keys(subject.arn)
      // One second for the step, and the three that the function keeps for telling why.
      await limit(4)
      const fault = fail(operation, { kind: 'delay', ms: 1_500 })
      const token = await rig.rotate(subject.arn)
      await rig.cloud.rotations.idle()
      expect(rig.cloud.faults.list().find(({ id }) => id === fault)?.taken).toBe(1)
      expect(lastError(subject)).toMatch(/ (createSecret|testSecret|finishSecret) out-of-time$/)
      expect((await rig.keys(subject.arn)).current).toBe(current)
      expect(rig.logged()).toContain("did not end within the function's time. It is safe to run again")

      await limit(60)
      await rig.settle()
      await expectRotated(subject, current, token)
    },
  )
})

describe('B1 rotation turned off in the middle', () => {
  const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']
  const changes = (since: number) =>
    rig
      .calls(since)
      .filter(({ operation }) => ['CreateKey', 'DeleteKey', 'UpdateSecretVersionStage'].includes(operation))

  it.each(['DescribeSecret', 'CreateKey', 'PutSecretValue'])(
    'after %s: the step under way ends, and nothing changes after it',
    async (operation) => {
      const subject = await providerKey()
      const { current } = await rig.keys(subject.arn)
      onCall = (entry) => {
        if (entry.operation !== operation || (entry.role !== ROLE && entry.source !== 'target')) return
        onCall = undefined
        const secret = record(subject)
        if (secret) rig.cloud.rotations.cancel(secret)
      }
      const token = await rig.rotate(subject.arn)
      await rig.settle()
      expect(onCall).toBeUndefined()
      const since = rig.cloud.journal.last
      const live = keysAtProvider(subject)
      await rig.clock.advance(HOUR)
      for (const Step of steps) await rig.invoke({ Step, SecretId: subject.arn, ClientRequestToken: token })

      expect(changes(since)).toEqual([])
      expect(keysAtProvider(subject)).toEqual(live)
      expect((await rig.keys(subject.arn)).current).toBe(current)

      // Turned on again, Secrets Manager takes the same rotation up, and it ends as if nothing had been.
      await rig.secrets
        .send(new RotateSecretCommand({ SecretId: subject.arn, ClientRequestToken: token }))
        .catch((error: Error) => expect(error.message).toMatch(/previous rotation/))
      await rig.settle()
      await expectRotated(subject, current, token)
    },
  )
})

describe('part of B16: a secret deleted in the middle', () => {
  it('ends the rotation as secret-deleted, leaves no key that nobody knows, and can rotate once restored', async () => {
    const subject = await providerKey()
    const { current } = await rig.keys(subject.arn)
    const before = keysAtProvider(subject)
    let deletion: Promise<unknown> | undefined
    onCall = ({ operation }) => {
      if (operation !== 'CreateKey') return
      onCall = undefined
      deletion = rig.secrets.send(new DeleteSecretCommand({ SecretId: subject.arn }))
    }
    // Time for the deletion to arrive before the new key is put.
    fail('PutSecretValue', { kind: 'delay', ms: 300 })
    await rig.rotate(subject.arn)
    await rig.cloud.rotations.idle()
    await deletion
    await rig.settle()
    expect(rig.logged()).toMatch(/secret-deleted.*is scheduled for deletion\. Restore it/)
    expect(keysAtProvider(subject)).toEqual(before)

    await rig.secrets.send(new RestoreSecretCommand({ SecretId: subject.arn }))
    await rig.secrets.send(new RotateSecretCommand({ SecretId: subject.arn })).catch(() => {})
    await rig.settle()
    const { current: now, pending } = await rig.keys(subject.arn)
    expect(pending).toBeUndefined()
    await expectRotated(subject, current, now ?? '')
  })

  it.each(['createSecret', 'testSecret', 'finishSecret'])('%s says that the secret is gone for good', async (Step) => {
    const subject = await providerKey()
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: subject.arn, ForceDeleteWithoutRecovery: true }))
    const event = { Step, SecretId: subject.arn, ClientRequestToken: '34343434-3434-4434-8434-343434343434' }
    const { failed, payload } = await rig.invoke(event)
    expect(failed).toBe(true)
    expect(payload).toMatchObject({
      errorMessage: expect.stringMatching(/There is no secret .* any more\. Run pulumi up/),
    })
  })
})

it('part of B18: a supplied value of 65,536 bytes rotates; a longer one is refused by Secrets Manager, and nothing changes', async () => {
  const arn = await rig.create('huge', { strategy: 'supplied', params: {} }, { firstValue: 'a'.repeat(65_536) })
  const put = (value: string) =>
    rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value, VersionStages: ['SUPPLIED'] }))
  await put('ß'.repeat(32_768))
  const token = await rig.rotateToEnd(arn)
  expect(await rig.value(arn, token)).toBe('ß'.repeat(32_768))
  const before = await rig.labels(arn)
  await expect(put(`${'ß'.repeat(32_768)}!`)).rejects.toThrow(/65536/)
  expect(await rig.labels(arn)).toEqual(before)
})
