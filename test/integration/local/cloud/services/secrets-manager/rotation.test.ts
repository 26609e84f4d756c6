import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { HOUR, SECOND } from '../../../../../../core/clock.ts'
import type { CloudEvent } from '../../../../../../local/cloud/services/events/types.ts'
import { type RotationEvent, startTestCloud, stubFunction } from '../../../../../helpers/local-cloud.ts'

/** A rotation function such as the official template, which can be told to fail. */
async function rotatingSecret(options: { rotationAttempts?: number } = {}) {
  let failing: string | undefined
  let secrets: SecretsManagerClient
  const events: CloudEvent[] = []
  const stub = stubFunction(async ({ Step, SecretId, ClientRequestToken }: RotationEvent) => {
    if (Step === failing) throw new Error('broken')
    if (Step === 'createSecret') {
      await secrets.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken,
          SecretString: `value of ${ClientRequestToken}`,
          VersionStages: ['AWSPENDING'],
        }),
      )
    }
    if (Step === 'finishSecret') {
      const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId }))
      const current = Object.entries(VersionIdsToStages ?? {}).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0]
      if (current === ClientRequestToken) return
      await secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ClientRequestToken,
          RemoveFromVersionId: current,
        }),
      )
    }
  })
  const events$ = { events: () => ({ emit: (event: CloudEvent) => events.push(event) }) }
  const local = await startTestCloud({ wiring: { ...stub.wiring, ...events$ }, secretsManager: options })
  secrets = local.secrets
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'first' }))
  const rotate = (input: Partial<RotateSecretCommand['input']> = {}) =>
    secrets.send(new RotateSecretCommand({ SecretId: 's', RotationLambdaARN: stub.arn, ...input }))
  const describe = () => secrets.send(new DescribeSecretCommand({ SecretId: 's' }))
  const current = async () => (await secrets.send(new GetSecretValueCommand({ SecretId: 's' }))).VersionId
  const idle = () => local.cloud.rotations.idle()
  const names = () => events.map(({ detailType, detail }) => (detail as { eventName?: string }).eventName ?? detailType)
  return {
    ...local,
    stub,
    events,
    names,
    rotate,
    describe,
    current,
    idle,
    failAt: (step: string | undefined) => {
      failing = step
    },
  }
}

test('E: RotateSecret answers at once, invokes the four steps in order, and takes AWSPENDING off', async () => {
  const { stub, rotate, describe, current, idle, names } = await rotatingSecret()
  const before = await current()

  const { VersionId } = await rotate()
  await idle()

  expect(stub.steps).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
  expect(new Set(stub.tokens)).toEqual(new Set([VersionId]))
  expect(await current()).toBe(VersionId)
  const described = await describe()
  expect(described.VersionIdsToStages).toEqual({ [before ?? '']: ['AWSPREVIOUS'], [VersionId ?? '']: ['AWSCURRENT'] })
  expect(described).toMatchObject({ RotationEnabled: true, LastRotatedDate: new Date('2026-11-22T10:00:00Z') })
  expect(names()).toEqual(['Secret Label Updated', 'RotationStarted', 'Secret Label Updated', 'RotationSucceeded'])
})

test('E: the pending version has no value until createSecret puts one', async () => {
  const { secrets, stub, rotate, failAt, idle } = await rotatingSecret({ rotationAttempts: 1 })
  failAt('createSecret')

  await rotate()
  await idle()

  expect(stub.steps).toEqual(['createSecret'])
  await expect(
    secrets.send(new GetSecretValueCommand({ SecretId: 's', VersionStage: 'AWSPENDING' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('E: a failed rotation is repeated from the first step with growing pauses, then given up with AWSPENDING left', async () => {
  const { cloud, stub, rotate, describe, failAt, idle, names } = await rotatingSecret()
  failAt('testSecret')

  const { VersionId } = await rotate()
  await idle()
  expect(stub.steps).toHaveLength(3)
  for (const pause of [15, 30, 60, 120]) {
    const before = stub.steps.length
    await cloud.clock.advance(pause * SECOND - 1)
    expect(stub.steps).toHaveLength(before)
    await cloud.clock.advance(1)
    expect(stub.steps.slice(before)).toEqual(['createSecret', 'setSecret', 'testSecret'])
  }
  await cloud.clock.advance(24 * HOUR)

  expect(stub.steps).toHaveLength(15)
  expect(new Set(stub.tokens)).toEqual(new Set([VersionId]))
  expect((await describe()).VersionIdsToStages?.[VersionId ?? '']).toEqual(['AWSPENDING'])
  expect(names().filter((name) => name === 'RotationFailed')).toHaveLength(5)
  expect(names().at(-1)).toBe('RotationAbandoned')
})

test('E: a rotation whose function recovers completes on retry with the same version', async () => {
  const { cloud, rotate, current, failAt, idle } = await rotatingSecret()
  failAt('finishSecret')
  const { VersionId } = await rotate()
  await idle()

  failAt(undefined)
  await cloud.clock.advance(15 * SECOND)

  expect(await current()).toBe(VersionId)
})

test('E: while AWSPENDING is stuck another rotation is refused, and the earlier one is taken up again', async () => {
  const { rotate, current, failAt, idle } = await rotatingSecret({ rotationAttempts: 1 })
  failAt('setSecret')
  const { VersionId } = await rotate()
  await idle()

  await expect(rotate()).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "A previous rotation isn't complete. That rotation will be reattempted.",
  })
  await idle()
  failAt(undefined)
  await expect(rotate()).rejects.toThrow("A previous rotation isn't complete")
  await idle()

  expect(await current()).toBe(VersionId)
  await expect(rotate()).resolves.toMatchObject({ VersionId: expect.not.stringMatching(VersionId ?? '') })
})

test('E: the same ClientRequestToken is the same rotation', async () => {
  const { stub, rotate, idle, current } = await rotatingSecret()
  const ClientRequestToken = '11111111-1111-4111-8111-111111111111'

  const answers = await Promise.all([rotate({ ClientRequestToken }), rotate({ ClientRequestToken })])
  await idle()
  await rotate({ ClientRequestToken })
  await idle()

  expect(answers.map(({ VersionId }) => VersionId)).toEqual([ClientRequestToken, ClientRequestToken])
  expect(stub.steps).toHaveLength(4)
  expect(await current()).toBe(ClientRequestToken)
})

test('E: RotateImmediately=false runs testSecret alone on a pending version that is gone afterwards', async () => {
  const { stub, rotate, describe, current, cloud } = await rotatingSecret()
  const before = await current()

  const answer = await rotate({ RotateImmediately: false, RotationRules: { ScheduleExpression: 'rate(1 day)' } })

  expect(answer.VersionId).toBeUndefined()
  expect(stub.steps).toEqual(['testSecret'])
  expect((await describe()).VersionIdsToStages).toEqual({ [before ?? '']: ['AWSCURRENT'] })
  await cloud.clock.advance(14 * HOUR)
  expect(stub.steps.slice(1)).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
})

test('E: a cron schedule rotates at the opening of each window, and says when the next one ends', async () => {
  const { cloud, stub, rotate, describe } = await rotatingSecret()
  const rules = { ScheduleExpression: 'cron(0 16 * * ? *)', Duration: '2h' }
  await rotate({ RotateImmediately: false, RotationRules: rules })
  expect((await describe()).NextRotationDate).toEqual(new Date('2026-11-22T17:59:59Z'))

  const at: string[] = []
  const { steps } = stub
  for (const moment of ['2026-11-22T15:59:59Z', '2026-11-22T16:00:00Z', '2026-11-24T16:00:00Z']) {
    await cloud.clock.set(new Date(moment))
    at.push(`${moment} ${steps.filter((step) => step === 'finishSecret').length}`)
  }

  expect(at).toEqual(['2026-11-22T15:59:59Z 0', '2026-11-22T16:00:00Z 1', '2026-11-24T16:00:00Z 3'])
  expect(await describe()).toMatchObject({
    LastRotatedDate: new Date('2026-11-24T16:00:00Z'),
    NextRotationDate: new Date('2026-11-25T17:59:59Z'),
  })
})

test('E: a value put by hand counts as a rotation for the next date', async () => {
  const { cloud, secrets, stub, rotate, describe } = await rotatingSecret()
  await rotate({ RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 2 } })
  expect((await describe()).NextRotationDate).toEqual(new Date('2026-11-24T23:59:59Z'))

  await cloud.clock.advance(24 * HOUR)
  await secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString: 'by hand' }))

  expect((await describe()).NextRotationDate).toEqual(new Date('2026-11-25T23:59:59Z'))
  await cloud.clock.set(new Date('2026-11-24T23:00:00Z'))
  expect(stub.steps).toEqual(['testSecret'])
  await cloud.clock.set(new Date('2026-11-25T00:00:00Z'))
  expect(stub.steps).toHaveLength(5)
})

test('E: a schedule that was given up leaves NextRotationDate in the past', async () => {
  const { cloud, rotate, describe, failAt } = await rotatingSecret({ rotationAttempts: 2 })
  failAt('testSecret')
  await rotate({ RotateImmediately: false, RotationRules: { ScheduleExpression: 'rate(4 hours)' } })

  await cloud.clock.advance(12 * HOUR)

  const { NextRotationDate } = await describe()
  expect(NextRotationDate).toEqual(new Date('2026-11-22T14:59:59Z'))
})

test('E: CancelRotateSecret ends a rotation under way and turns the schedule off', async () => {
  const { cloud, secrets, stub, rotate, describe, failAt, idle } = await rotatingSecret()
  failAt('testSecret')
  const { VersionId } = await rotate({ RotationRules: { ScheduleExpression: 'rate(4 hours)' } })
  await idle()

  const cancelled = await secrets.send(new CancelRotateSecretCommand({ SecretId: 's' }))
  const steps = stub.steps.length
  await cloud.clock.advance(48 * HOUR)

  expect(cancelled.VersionId).toBe(VersionId)
  expect(stub.steps).toHaveLength(steps)
  const described = await describe()
  expect(described.RotationEnabled).toBe(false)
  expect(described.VersionIdsToStages?.[VersionId ?? '']).toEqual(['AWSPENDING'])
})

test('E: a deleted secret does not rotate, and one that is restored rotates again', async () => {
  const { cloud, secrets, stub, rotate } = await rotatingSecret()
  await rotate({ RotateImmediately: false, RotationRules: { ScheduleExpression: 'rate(4 hours)' } })
  await secrets.send(new DeleteSecretCommand({ SecretId: 's' }))
  await cloud.clock.advance(5 * HOUR)
  expect(stub.steps).toEqual(['testSecret'])

  await secrets.send(new RestoreSecretCommand({ SecretId: 's' }))
  await cloud.clock.advance(SECOND)

  expect(stub.steps).toHaveLength(5)
})

test.each([
  [{ RotationRules: { ScheduleExpression: 'rate(3 hours)' } }, 'every 4 hours'],
  [{ RotationRules: { ScheduleExpression: 'rate(4 hours)', Duration: '5h' } }, 'next rotation window'],
  [{ RotationRules: { ScheduleExpression: 'cron(0 22 * * ? *)', Duration: '3h' } }, 'next UTC day'],
  [{ RotationRules: { ScheduleExpression: 'cron(0 0/2 * * ? *)' } }, 'every 4 hours'],
  [{ RotationRules: { ScheduleExpression: 'cron(5 0 * * ? *)' } }, 'cron(0 hours'],
  [{ RotationRules: { ScheduleExpression: 'every day' } }, 'Allowed: rate(N hours)'],
  [{ RotationRules: { ScheduleExpression: 'rate(1 days)' } }, 'Allowed: rate(N hours)'],
  [{ RotationRules: { Duration: '90m', AutomaticallyAfterDays: 1 } }, 'whole hours from 1h to 24h'],
  [{ RotationRules: { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' } }, 'not both'],
])('E: %j is refused before anything is touched', async (input, message) => {
  const { rotate, describe, stub } = await rotatingSecret()

  await expect(rotate(input)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining(message),
  })

  expect((await describe()).RotationEnabled).toBeUndefined()
  expect(stub.steps).toEqual([])
})

test('E: a rotation needs a function that exists', async () => {
  const { secrets, rotate } = await rotatingSecret()

  await expect(secrets.send(new RotateSecretCommand({ SecretId: 's' }))).rejects.toThrow(
    'No Lambda rotation function ARN is associated with this secret.',
  )
  await expect(
    rotate({ RotationLambdaARN: 'arn:aws:lambda:eu-central-1:000000000000:function:other' }),
  ).rejects.toThrow('Secrets Manager cannot invoke the specified Lambda function.')
})
