import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  GetAccountSettingsCommand,
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { lambdaOf } from '../../../../../../local/cloud/services/lambda/create-lambda.ts'
import { inProcessCode } from '../../../../../../local/cloud/services/lambda/runtime/in-process.ts'
import { awsCli, withAwsCli } from '../../../../../helpers/aws-cli.ts'
import { startGate } from '../../../../../helpers/gate.ts'
import { untilUpdated } from '../../../../../helpers/until-active.ts'
import { type LambdaSetup, setUpLambda, zipOf } from './setup.ts'

let setup: LambdaSetup

beforeAll(async () => {
  setup = await setUpLambda({ lambda: { environment: { EXTRA: 'from the cloud' } } })
})

afterAll(() => setup.close())

test('a bundle from a zip answers its event with the environment and context that AWS gives', async () => {
  const source = `exports.handler = async (event, context) => {
    console.log('working on', event.n)
    return { twice: event.n * 2, env: process.env, remaining: context.getRemainingTimeInMillis(), context, file: require('node:fs').readFileSync(process.env.LAMBDA_TASK_ROOT + '/inventory.json', 'utf8') }
  }`
  await setup.create('bundle', zipOf({ 'index.cjs': source, 'inventory.json': '{"version":1}' }), {
    Environment: { Variables: { OWN: 'own' } },
    MemorySize: 256,
  })
  const { status, error, payload, log } = await setup.invoke('bundle', { n: 21 })
  expect({ status, error, twice: payload.twice, file: payload.file }).toEqual({
    status: 200,
    error: undefined,
    twice: 42,
    file: '{"version":1}',
  })
  expect(payload.env).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: 'bundle',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bundle',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: setup.running.url,
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
    EXTRA: 'from the cloud',
    OWN: 'own',
  })
  expect(payload.env).not.toHaveProperty('SHELL')
  expect(payload.remaining).toBeGreaterThan(1_000)
  expect(payload.context).toMatchObject({
    functionName: 'bundle',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:bundle',
  })
  expect(log).toMatch(/^START RequestId: \S+ Version: \$LATEST\nworking on 21\nEND RequestId: \S+\nREPORT /)
})

test('a warm environment is reused, and replaced once its keys would expire', async () => {
  await setup.create('warm', `let n = 0; exports.handler = async () => [process.pid, ++n]`)
  const [pid, first] = (await setup.invoke('warm')).payload
  expect(first).toBe(1)
  expect((await setup.invoke('warm')).payload).toEqual([pid, 2])
  await setup.running.cloud.clock.advance(25 * 3_600_000)
  const [later, count] = (await setup.invoke('warm')).payload
  expect(later).not.toBe(pid)
  expect(count).toBe(1)
})

test('a function lives in the moved time', async () => {
  await setup.create('time', `exports.handler = async () => Date.now()`)
  await setup.running.cloud.clock.advance(30 * 86_400_000)
  const { payload } = await setup.invoke('time')
  expect(Math.abs(payload - setup.running.cloud.clock.now().getTime())).toBeLessThan(5_000)
})

test.each([
  ['thrown', `exports.handler = async () => { throw new TypeError('no') }`, 'TypeError', 'no'],
  ['thrown at load', `throw new Error('broken')`, 'Error', 'broken'],
  ['no such export', `exports.other = 1`, 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
  [
    'a crash',
    `exports.handler = () => process.exit(3)`,
    'Runtime.ExitError',
    /Runtime exited with error: exit status 3$/,
  ],
  [
    'a hang',
    `exports.handler = () => new Promise(() => setInterval(() => {}, 1e6))`,
    'Sandbox.Timedout',
    /Task timed out after 1\.00 seconds$/,
  ],
] as const)(
  '%s comes back as a function error, and the next call gets a new chance',
  async (name, source, type, message) => {
    const functionName = `fails-${name.replaceAll(' ', '-')}`
    await setup.create(functionName, source, { Timeout: 1 })
    for (let time = 0; time < 2; time++) {
      const { error, payload, log } = await setup.invoke(functionName)
      expect(error).toBe('Unhandled')
      expect(payload).toMatchObject({ errorType: type, errorMessage: expect.stringMatching(message) })
      expect(log).toContain('REPORT')
    }
  },
)

test('two invocations at once run in two environments, and reserved concurrency bounds them', async () => {
  await setup.create('parallel', `exports.handler = (e) => new Promise((r) => setTimeout(() => r(process.pid), e.ms))`)
  const both = await Promise.all([setup.invoke('parallel', { ms: 300 }), setup.invoke('parallel', { ms: 300 })])
  expect(new Set(both.map(({ payload }) => payload)).size).toBe(2)

  await setup.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'parallel', ReservedConcurrentExecutions: 1 }),
  )
  const results = await Promise.allSettled([
    setup.invoke('parallel', { ms: 300 }),
    setup.invoke('parallel', { ms: 300 }),
  ])
  const refused = results.find((result) => result.status === 'rejected')
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(refused?.reason).toMatchObject({
    name: 'TooManyRequestsException',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  })
})

describe('a fresh account, which may run ten functions at once', () => {
  const wait = `exports.handler = async ({ gate }) => { if (gate) await fetch(gate) }`

  test('throttles the eleventh, whichever functions the ten are of', async () => {
    const fresh = await setUpLambda({ lambda: { concurrentExecutions: 10 } })
    onTestFinished(() => fresh.close())
    await fresh.create('one', wait)
    await fresh.create('other', wait)
    await using gate = await startGate()
    const names = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 'one' : 'other'))
    const refused: unknown[] = []
    const running = names.map((name) => fresh.invoke(name, { gate: gate.url }).catch((error) => refused.push(error)))
    await expect.poll(() => gate.waiting + refused.length, { timeout: 30_000 }).toBe(12)
    gate.open()
    await Promise.all(running)
    expect(refused).toHaveLength(2)
    for (const reason of refused) {
      expect(reason).toMatchObject({
        name: 'TooManyRequestsException',
        message: 'Rate Exceeded.',
        Reason: 'ConcurrentInvocationLimitExceeded',
        $metadata: { httpStatusCode: 429 },
      })
    }
  })

  test('has nothing to reserve, and says so in AWS’s words', async () => {
    const fresh = await setUpLambda({ lambda: { concurrentExecutions: 10 } })
    onTestFinished(() => fresh.close())
    await fresh.create('job', wait)
    const reserve = (count: number) =>
      fresh.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'job', ReservedConcurrentExecutions: count }))
    await expect(reserve(1)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].",
    })
    await reserve(0)
    await expect(fresh.invoke('job')).rejects.toThrow('Rate Exceeded')
  })
})

test('an older account keeps a hundred unreserved, and tells what is left', async () => {
  const account = await setUpLambda()
  onTestFinished(() => account.close())
  await account.create('greedy', `exports.handler = () => 1`)
  await account.create('modest', `exports.handler = () => 1`)
  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    account.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
  const left = async () =>
    (await account.lambda.send(new GetAccountSettingsCommand({}))).AccountLimit?.UnreservedConcurrentExecutions ?? 0
  expect(await left()).toBe(1_000)
  await reserve('greedy', 900)
  expect(await left()).toBe(100)
  await expect(reserve('modest', 1)).rejects.toThrow('below its minimum value of [100]')
  await reserve('greedy', 899)
  await reserve('modest', 1)
})

test('a kill by its keys ends an invocation at once; its caller sees a dead runtime', async () => {
  await setup.create('victim', `exports.handler = () => new Promise(() => setInterval(() => {}, 1e6))`)
  const { cloud } = setup.running
  const dying = setup.invoke('victim')
  await expect.poll(() => Object.values(cloud.state.iam.sessions).some((s) => s.sessionName === 'victim')).toBe(true)
  const [key = ''] = Object.entries(cloud.state.iam.sessions).find(([, s]) => s.sessionName === 'victim') ?? []
  cloud.lambda.killCaller(key)
  expect((await dying).payload.errorMessage).toMatch(/Runtime exited with error: signal: killed$/)
})

test('a kill fault in the middle of a call to AWS ends the function without an answer to that call', async () => {
  const source = `exports.handler = async () => {
    const scope = process.env.AWS_ACCESS_KEY_ID + '/20260101/eu-central-1/lambda/aws4_request'
    await fetch(process.env.AWS_ENDPOINT_URL + '/2015-03-31/functions/caller', { headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=' + scope + ', SignedHeaders=host, Signature=x',
      'x-amz-security-token': process.env.AWS_SESSION_TOKEN } }).then((r) => console.log('answered', r.status), () => console.log('reset'))
    return 'survived'
  }`
  await setup.create('caller', source)
  await setup.allow('worker', 'lambda:GetFunction')
  setup.running.cloud.faults.add({
    service: 'lambda',
    operation: 'GetFunction',
    effect: { kind: 'kill', when: 'after' },
  })
  const killed = await setup.invoke('caller')
  expect(killed.error).toBe('Unhandled')
  expect(killed.log).not.toContain('answered')
  expect((await setup.invoke('caller')).payload).toBe('survived')
})

test('an in-process function gets its role’s keys, and loses them when it is killed', async () => {
  const seen: Record<string, string>[] = []
  const code = inProcessCode(async (event, _context, env) => {
    seen.push(env as Record<string, string>)
    if (event === 'hang') await new Promise(() => {})
    return { role: env.AWS_ACCESS_KEY_ID?.slice(0, 4), event }
  })
  await setup.create('inner', code)
  expect((await setup.invoke('inner', { a: 1 })).payload).toEqual({ role: 'ASIA', event: { a: 1 } })
  const hanging = setup.invoke('inner', 'hang')
  await expect.poll(() => seen.length).toBe(2)
  lambdaOf(setup.running.cloud).killFunction('inner')
  expect((await hanging).error).toBe('Unhandled')
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = seen[1] ?? {}
  const ghost = setup.client({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  })
  await expect(ghost.send(new GetFunctionCommand({ FunctionName: 'inner' }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  })
})

test('a role needs lambda:InvokeFunction, and the refusal names role, action and function', async () => {
  await setup.create(
    'guarded',
    inProcessCode(() => 'in'),
  )
  await setup.createRole('caller')
  const keys = setup.running.cloud.iam.issueCredentials('arn:aws:iam::000000000000:role/caller', 'session')
  const client = setup.client(keys)
  const call = (): Promise<unknown> => client.send(new InvokeCommand({ FunctionName: 'guarded' }))
  await expect(call()).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringMatching(
      /assumed-role\/caller\/session is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-central-1:000000000000:function:guarded/,
    ),
  })
  await setup.allow('caller', 'lambda:InvokeFunction')
  expect(await call()).toMatchObject({ StatusCode: 200 })
})

test('DryRun checks without running; bad payloads and unknown functions are refused', async () => {
  await setup.create(
    'dry',
    inProcessCode(() => 'ran'),
  )
  const send = (input: Partial<InvokeCommandInput>): Promise<InvokeCommandOutput> =>
    setup.lambda.send(new InvokeCommand({ FunctionName: 'dry', ...input }))
  expect(await send({ InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 })
  await expect(send({ Payload: 'not json' })).rejects.toMatchObject({ name: 'InvalidRequestContentException' })
  await expect(send({ FunctionName: 'nobody' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(send({ FunctionName: 'no such name!' })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  })
})

test('a changed environment starts a new process', async () => {
  await setup.create('env', `exports.handler = async () => process.env.V ?? 'none'`)
  expect((await setup.invoke('env')).payload).toBe('none')
  await setup.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'env', Environment: { Variables: { V: '2' } } }),
  )
  await untilUpdated(setup.lambda, 'env')
  expect((await setup.invoke('env')).payload).toBe('2')
})

test.runIf(withAwsCli)('the AWS CLI invokes a function and reads its answer', async () => {
  await setup.create(
    'cli',
    inProcessCode((event) => ({ got: event })),
  )
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-cli-'))
  const file = join(folder, 'answer.json')
  const cli = awsCli(setup.running.url)
  const { stdout } = await cli(
    'lambda',
    'invoke',
    '--function-name',
    'cli',
    '--cli-binary-format',
    'raw-in-base64-out',
    '--payload',
    '{"a":1}',
    file,
  )
  expect(JSON.parse(stdout)).toMatchObject({ StatusCode: 200 })
  expect(readFileSync(file, 'utf8')).toBe('{"got":{"a":1}}')
  rmSync(folder, { recursive: true })
})
