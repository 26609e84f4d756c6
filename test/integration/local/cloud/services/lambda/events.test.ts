import {
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMovableClock, type MovableClock } from '../../../../../../local/cloud/clock.ts'
import { inProcessCode } from '../../../../../../local/cloud/services/lambda/runtime/in-process.ts'
import { type LambdaSetup, setUpLambda } from './setup.ts'

let setup: LambdaSetup
let clock: MovableClock
let runs: number[]
let delivered: Record<string, never>[]

beforeEach(async () => {
  clock = createMovableClock({ start: new Date('2026-11-23T10:00:00Z'), frozen: true })
  setup = await setUpLambda({ clock })
  runs = []
  delivered = []
  await setup.create(
    'sink',
    inProcessCode((event) => void delivered.push(event as never)),
  )
})

afterEach(() => setup.close())

/** A function that fails the first `failures` times. */
const createFailing = (failures: number): Promise<void> =>
  setup.create(
    'job',
    inProcessCode(() => {
      runs.push((clock.now().getTime() - Date.parse('2026-11-23T10:00:00Z')) / 1_000)
      if (runs.length <= failures) throw new Error('not yet')
      return 'done'
    }),
  )

const configure = (input: object): Promise<unknown> =>
  setup.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'job', ...input }))

const toSink = { OnFailure: { Destination: 'arn:aws:lambda:eu-central-1:000000000000:function:sink' } }

test('an event is accepted at once and retried after one and two minutes', async () => {
  await createFailing(2)
  expect(await setup.invoke('job', { a: 1 }, { type: 'Event' })).toMatchObject({ status: 202, payload: undefined })
  await clock.idle()
  expect(runs).toEqual([0])
  await clock.advance(60_000)
  expect(runs).toEqual([0, 60])
  await clock.advance(3_600_000)
  expect(runs).toEqual([0, 60, 180])
})

test('part of A3: an event that fails for good goes to the failure destination under the function’s role', async () => {
  await createFailing(9)
  await configure({ DestinationConfig: toSink })
  await setup.allow('worker', 'lambda:InvokeFunction')
  await setup.invoke('job', { a: 1 }, { type: 'Event' })
  await clock.advance(3_600_000)
  await clock.idle()
  expect(runs).toHaveLength(3)
  expect(delivered).toMatchObject([
    {
      version: '1.0',
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { a: 1 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'not yet' },
    },
  ])
})

test('without the permission nothing is delivered, and the journal names role, action and destination', async () => {
  await createFailing(9)
  await configure({ MaximumRetryAttempts: 0, DestinationConfig: toSink })
  await setup.invoke('job', {}, { type: 'Event' })
  await clock.idle()
  expect(runs).toHaveLength(1)
  expect(delivered).toEqual([])
  const refused = setup.running.cloud.journal
    .entries()
    .find(({ service, outcome }) => service === 'lambda' && outcome === 'AccessDeniedException')
  expect(refused).toMatchObject({
    role: 'worker',
    action: 'lambda:InvokeFunction',
    resource: toSink.OnFailure.Destination,
  })
})

test('a throttled event waits for its turn without using up a retry', async () => {
  await createFailing(0)
  const reserve = (count: number): Promise<unknown> =>
    setup.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'job', ReservedConcurrentExecutions: count }))
  await reserve(0)
  await setup.invoke('job', {}, { type: 'Event' })
  await clock.advance(10_000)
  expect(runs).toEqual([])
  await reserve(1)
  await clock.advance(60_000)
  expect(runs).toHaveLength(1)
})

test('an event older than its age is given up', async () => {
  await createFailing(9)
  await setup.allow('worker', 'lambda:InvokeFunction')
  await configure({ MaximumEventAgeInSeconds: 60, DestinationConfig: toSink })
  await setup.invoke('job', {}, { type: 'Event' })
  await clock.advance(3_600_000)
  await clock.idle()
  expect(runs).toHaveLength(1)
  expect(delivered).toMatchObject([{ requestContext: { condition: 'EventAgeExceeded' } }])
})

test('settings of asynchronous invocation are put, put anew, read and deleted', async () => {
  await createFailing(0)
  await configure({ MaximumRetryAttempts: 0, DestinationConfig: toSink })
  const name = { FunctionName: 'job' }
  await configure({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 90, DestinationConfig: toSink })
  const read = await setup.lambda.send(new GetFunctionEventInvokeConfigCommand(name))
  expect(read).toMatchObject({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 90, DestinationConfig: toSink })
  expect(read.LastModified).toEqual(clock.now())
  await setup.lambda.send(new DeleteFunctionEventInvokeConfigCommand(name))
  await expect(setup.lambda.send(new GetFunctionEventInvokeConfigCommand(name))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  const queue = { OnFailure: { Destination: 'arn:aws:sqs:eu-central-1:000000000000:q' } }
  await expect(configure({ DestinationConfig: queue })).rejects.toThrow(/not implemented/)
})
