import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inProcessCode } from '../../../../../../local/cloud/services/lambda/runtime/in-process.ts'
import { untilUpdated } from '../../../../../helpers/until-active.ts'
import { type LambdaSetup, setUpLambda, zipOf } from './setup.ts'

let setup: LambdaSetup

beforeAll(async () => {
  setup = await setUpLambda()
})

afterAll(() => setup.close())

const arn = (name: string): string => `arn:aws:lambda:eu-central-1:000000000000:function:${name}`
const answering = (text: string): Uint8Array => inProcessCode(() => text)

test('a function is created, read back, listed and deleted', async () => {
  await setup.create('life', answering('x'), {
    Description: 'd',
    MemorySize: 256,
    Environment: { Variables: { A: '1' } },
    Architectures: ['arm64'],
    TracingConfig: { Mode: 'Active' },
    Tags: { owner: 'me' },
  })
  await waitUntilFunctionActiveV2({ client: setup.lambda, maxWaitTime: 5 }, { FunctionName: 'life' })
  const { Configuration, Tags } = await setup.lambda.send(new GetFunctionCommand({ FunctionName: 'life' }))
  expect(Configuration).toMatchObject({
    FunctionArn: arn('life'),
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 10,
    Environment: { Variables: { A: '1' } },
    Architectures: ['arm64'],
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogGroup: '/aws/lambda/life' },
    Version: '$LATEST',
    State: 'Active',
  })
  expect(Tags).toEqual({ owner: 'me' })
  const { Functions } = await setup.lambda.send(new ListFunctionsCommand({}))
  expect(Functions?.map(({ FunctionName }) => FunctionName)).toContain('life')

  await setup.lambda.send(new DeleteFunctionCommand({ FunctionName: arn('life') }))
  await expect(setup.lambda.send(new GetFunctionCommand({ FunctionName: 'life' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Function not found: ${arn('life')}`,
  })
})

test('a list longer than a page is read to its end', async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) await setup.create(name, answering('x'))
  const names: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await setup.lambda.send(new ListFunctionsCommand({ MaxItems: 1, ...(Marker && { Marker }) }))
    names.push(...(page.Functions ?? []).map(({ FunctionName }) => FunctionName))
    Marker = page.NextMarker
  } while (Marker)
  expect(names).toEqual(expect.arrayContaining(['page-1', 'page-2', 'page-3']))
  expect(new Set(names).size).toBe(names.length)
})

test('new code and new settings serve the next invocation, and a published version keeps the old', async () => {
  await setup.create('change', answering('one'))
  const { Version } = await setup.lambda.send(new PublishVersionCommand({ FunctionName: 'change' }))
  expect(Version).toBe('1')
  await setup.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'change', ZipFile: answering('two') }))
  await untilUpdated(setup.lambda, 'change')
  expect((await setup.invoke('change')).payload).toBe('two')
  const old = await setup.lambda.send(new InvokeCommand({ FunctionName: 'change', Qualifier: '1' }))
  expect(old.Payload?.transformToString()).toBe('"one"')
  expect(old.ExecutedVersion).toBe('1')

  await setup.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'change', Timeout: 77 }))
  const now = await setup.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'change' }))
  expect(now).toMatchObject({ Timeout: 77, MemorySize: 128, Handler: 'index.handler' })
  const { Versions } = await setup.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'change' }))
  expect(Versions?.map((each) => each.Version)).toEqual(['$LATEST', '1'])
})

test('tags are added and taken away', async () => {
  await setup.create('tagged', answering('x'), { Tags: { a: '1' } })
  await setup.lambda.send(new TagResourceCommand({ Resource: arn('tagged'), Tags: { b: '2', c: '3' } }))
  await setup.lambda.send(new UntagResourceCommand({ Resource: arn('tagged'), TagKeys: ['a', 'c'] }))
  expect((await setup.lambda.send(new ListTagsCommand({ Resource: arn('tagged') }))).Tags).toEqual({ b: '2' })
})

test('tags have bounds, at creation too', async () => {
  await setup.create('bounded', answering('x'))
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']))
  const tag = (Tags: Record<string, string>) =>
    setup.lambda.send(new TagResourceCommand({ Resource: arn('bounded'), Tags }))
  for (const Tags of [{ 'aws:x': 'v' }, { ['k'.repeat(129)]: 'v' }, { k: 'v'.repeat(257) }]) {
    await expect(tag(Tags)).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
  }
  await tag(many(50))
  const tooMany = { name: 'InvalidParameterValueException', message: 'Number of tags exceeds resource tag limit.' }
  await expect(tag({ more: 'v' })).rejects.toMatchObject(tooMany)
  await expect(setup.create('tagged-much', answering('x'), { Tags: many(51) })).rejects.toMatchObject(tooMany)
})

test('another description alone publishes no new version, and the digest of other code is refused', async () => {
  await setup.create('published', answering('x'))
  const publish = (input = {}) => setup.lambda.send(new PublishVersionCommand({ FunctionName: 'published', ...input }))
  const first = await publish({ Description: 'first' })
  const again = await publish({ Description: 'second' })
  expect([again.Version, again.Description]).toEqual([first.Version, 'first'])

  await setup.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'published', Timeout: 11 }))
  await untilUpdated(setup.lambda, 'published')
  expect((await publish()).Version).toBe('2')
  await expect(publish({ CodeSha256: 'other' })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (${first.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    $metadata: { httpStatusCode: 400 },
  })
  await expect(publish({ RevisionId: 'old' })).rejects.toMatchObject({ name: 'PreconditionFailedException' })
})

test.each([
  ['a second function of the same name', { FunctionName: 'twice' }, 'ResourceConflictException', /already exist/],
  [
    'a role that Lambda may not assume',
    { Role: 'arn:aws:iam::000000000000:role/other' },
    'InvalidParameterValueException',
    /cannot be assumed by Lambda/,
  ],
  [
    'a role that does not exist',
    { Role: 'arn:aws:iam::000000000000:role/nobody' },
    'InvalidParameterValueException',
    /cannot be assumed by Lambda/,
  ],
  ['a runtime that is not Node', { Runtime: 'python3.13' }, 'InvalidParameterValueException', /nodejs24\.x/],
  [
    'a time-out over 900 s',
    { Timeout: 901 },
    'InvalidParameterValueException',
    /'timeout' failed to satisfy constraint: Member must have value less than or equal to 900/,
  ],
  ['what is no zip', { Code: { ZipFile: Buffer.from('text') } }, 'InvalidParameterValueException', /Could not unzip/],
  ['code in S3', { Code: { S3Bucket: 'b', S3Key: 'k' } }, 'InvalidParameterValueException', /no S3/],
  [
    'a reserved environment variable',
    { Environment: { Variables: { AWS_REGION: 'x' } } },
    'InvalidParameterValueException',
    /reserved keys.*AWS_REGION/,
  ],
  ['layers', { Layers: ['arn:aws:lambda:eu-central-1:000000000000:layer:l:1'] }, 'NotImplemented', /Layers/],
] as const)('%s is refused', async (_name, input, name, message) => {
  if (input && 'FunctionName' in input) await setup.create('twice', answering('x'))
  await setup.createRole('other', 'ecs-tasks.amazonaws.com').catch(() => {})
  await expect(setup.create('refused', answering('x'), input as object)).rejects.toMatchObject({
    name,
    message: expect.stringMatching(message),
  })
})

test('a function in a VPC needs a role that may make network interfaces', async () => {
  const VpcConfig = { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] }
  await expect(setup.create('vpc', answering('x'), { VpcConfig })).rejects.toThrow(/CreateNetworkInterface on EC2/)
  await setup.allow(
    'worker',
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DeleteNetworkInterface',
  )
  await setup.create('vpc', answering('x'), { VpcConfig })
  const { VpcConfig: stored } = await setup.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'vpc' }))
  expect(stored).toMatchObject(VpcConfig)
})

test('a zip entry that would land outside of the task root is refused', async () => {
  await setup.create('escape', zipOf({ 'index.cjs': '', '../../evil.cjs': 'x' }))
  await expect(setup.invoke('escape')).rejects.toThrow(/outside/)
})

test('an operation that is not implemented says so', async () => {
  const { ListAliasesCommand } = await import('@aws-sdk/client-lambda')
  await expect(setup.lambda.send(new ListAliasesCommand({ FunctionName: 'x' }))).rejects.toThrow(/not implemented/)
})
