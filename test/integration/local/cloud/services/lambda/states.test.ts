import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { MINUTE } from '../../../../../../core/clock.ts'
import { createMovableClock } from '../../../../../../local/cloud/clock.ts'
import { startCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { type LambdaSetup, setUpLambda, zipOf } from './setup.ts'

let setup: LambdaSetup
afterEach(() => setup.close())

const FunctionName = 'states'
const answering = (text: string): Uint8Array => zipOf({ 'index.cjs': `exports.handler = async () => '${text}'` })
const input = (code = 'one') => ({
  FunctionName,
  Runtime: 'nodejs24.x' as const,
  Role: 'arn:aws:iam::000000000000:role/worker',
  Handler: 'index.handler',
  Code: { ZipFile: answering(code) },
})
const invoke = (lambda: LambdaClient, type?: 'Event') =>
  lambda.send(new InvokeCommand({ FunctionName, InvocationType: type ?? 'RequestResponse' }))
const answerOf = async (lambda: LambdaClient) =>
  JSON.parse((await invoke(lambda)).Payload?.transformToString() ?? 'null')
const configuration = async (lambda: LambdaClient) =>
  (await lambda.send(new GetFunctionCommand({ FunctionName }))).Configuration

const PENDING =
  'The operation cannot be performed at this time. The function is currently in the following state: Pending'
const UPDATING =
  'The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:eu-central-1:000000000000:function:states'
const conflict = (message: string) => ({
  name: 'ResourceConflictException',
  message,
  $metadata: { httpStatusCode: 409 },
})

test('a new function is Pending: nothing runs or changes it, until it is Active', async () => {
  const clock = createMovableClock({ start: new Date('2026-11-24T10:00:00Z'), frozen: true })
  setup = await setUpLambda({ clock, lambda: { settleMs: MINUTE } })
  const { lambda } = setup
  const pending = {
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
  }
  expect(await lambda.send(new CreateFunctionCommand(input()))).toMatchObject(pending)
  const created = await configuration(lambda)
  expect(created).toMatchObject(pending)
  expect(created?.LastUpdateStatus).toBeUndefined()
  const calls = {
    Invoke: () => invoke(lambda),
    'Invoke as an event': () => invoke(lambda, 'Event'),
    UpdateFunctionCode: () => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answering('two') })),
    UpdateFunctionConfiguration: () =>
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })),
  }
  for (const [what, call] of Object.entries(calls)) await expect(call(), what).rejects.toMatchObject(conflict(PENDING))

  await clock.advance(MINUTE)
  const ready = await configuration(lambda)
  expect([ready?.State, ready?.StateReason, ready?.LastUpdateStatus]).toEqual(['Active', undefined, 'Successful'])
  expect(await answerOf(lambda)).toBe('one')
})

test('an update is InProgress: the old code and settings run, and no other update begins, until it is done', async () => {
  const clock = createMovableClock({ start: new Date('2026-11-24T10:00:00Z'), frozen: true })
  setup = await setUpLambda({ clock, lambda: { settleMs: MINUTE } })
  const { lambda } = setup
  await lambda.send(new CreateFunctionCommand(input()))
  await clock.advance(MINUTE)
  expect(await answerOf(lambda)).toBe('one')

  const updated = await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answering('two') }))
  expect(updated).toMatchObject({
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    LastUpdateStatusReasonCode: 'Creating',
  })
  expect(await answerOf(lambda)).toBe('one')
  const changes = [
    () => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answering('three') })),
    () => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })),
  ]
  for (const change of changes) await expect(change()).rejects.toMatchObject(conflict(UPDATING))

  await clock.advance(MINUTE)
  expect(await configuration(lambda)).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' })
  expect(await answerOf(lambda)).toBe('two')
  expect(Object.keys(setup.running.cloud.state.lambda.code)).toHaveLength(1)

  const settings = await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }))
  expect([settings.LastUpdateStatus, settings.Timeout]).toEqual(['InProgress', 9])
})

test("the SDK's waiters end, although the cloud's clock stands still", async () => {
  const clock = createMovableClock({ start: new Date('2026-11-24T10:00:00Z'), frozen: true })
  setup = await setUpLambda({ clock, lambda: { settleMs: 100 } })
  const { lambda: client } = setup
  const waiting = { client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.2 }
  expect((await client.send(new CreateFunctionCommand(input()))).State).toBe('Pending')
  await waitUntilFunctionActiveV2(waiting, { FunctionName })
  expect(await answerOf(client)).toBe('one')
  const updated = await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answering('two') }))
  expect(updated.LastUpdateStatus).toBe('InProgress')
  await waitUntilFunctionUpdatedV2(waiting, { FunctionName })
  expect(await answerOf(client)).toBe('two')
})

test('a Pending function may be deleted and created again', async () => {
  const clock = createMovableClock({ start: new Date('2026-11-24T10:00:00Z'), frozen: true })
  setup = await setUpLambda({ clock, lambda: { settleMs: MINUTE } })
  const { lambda } = setup
  const first = await lambda.send(new CreateFunctionCommand(input()))
  expect([first.Version, first.State]).toEqual(['$LATEST', 'Pending'])
  await lambda.send(new DeleteFunctionCommand({ FunctionName }))
  await lambda.send(new CreateFunctionCommand(input('two')))
  await clock.advance(MINUTE)
  expect(await answerOf(lambda)).toBe('two')
})

test('after a restart a function that was being made is ready', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-states-'))
  const clock = () => createMovableClock({ start: new Date('2026-11-24T10:00:00Z'), frozen: true })
  const options = { dataDir, lambda: { settleMs: MINUTE } }
  setup = await setUpLambda({ ...options, clock: clock() })
  await setup.lambda.send(new CreateFunctionCommand(input()))
  const port = Number(new URL(setup.running.url).port)
  await setup.running.close()
  const again = await startCloud({ ...options, clock: clock(), port })
  onTestFinished(() => again.close())
  expect((await configuration(setup.lambda))?.State).toBe('Active')
  await invoke(setup.lambda)
})
