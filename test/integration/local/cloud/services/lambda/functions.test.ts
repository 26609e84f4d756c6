import {
  DeleteFunctionCommand,
  GetFunctionCommand,
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

test('a function is created, read back and deleted', async () => {
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

  await setup.lambda.send(new DeleteFunctionCommand({ FunctionName: arn('life') }))
  await expect(setup.lambda.send(new GetFunctionCommand({ FunctionName: 'life' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Function not found: ${arn('life')}`,
  })
})

test('new code and new settings serve the next invocation', async () => {
  await setup.create('change', answering('one'))
  await setup.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'change', ZipFile: answering('two') }))
  await untilUpdated(setup.lambda, 'change')
  expect((await setup.invoke('change')).payload).toBe('two')

  await setup.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'change', Timeout: 77 }))
  const { Configuration } = await setup.lambda.send(new GetFunctionCommand({ FunctionName: 'change' }))
  expect(Configuration).toMatchObject({ Timeout: 77, MemorySize: 128, Handler: 'index.handler', Version: '$LATEST' })
})

test('tags of a new function have bounds', async () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']))
  const tagged = (name: string, Tags: Record<string, string>) => setup.create(name, answering('x'), { Tags })
  for (const Tags of [{ 'aws:x': 'v' }, { ['k'.repeat(129)]: 'v' }, { k: 'v'.repeat(257) }]) {
    await expect(tagged('bounded', Tags)).rejects.toMatchObject({ name: 'InvalidParameterValueException' })
  }
  await tagged('bounded', many(50))
  await expect(tagged('tagged-much', many(51))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'Number of tags exceeds resource tag limit.',
  })
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
  ['a published version', { Publish: true }, 'InvalidParameterValueException', /publishes no versions/],
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
  const { Configuration } = await setup.lambda.send(new GetFunctionCommand({ FunctionName: 'vpc' }))
  expect(Configuration?.VpcConfig).toMatchObject(VpcConfig)
})

test('a zip entry that would land outside of the task root is refused', async () => {
  await setup.create('escape', zipOf({ 'index.cjs': '', '../../evil.cjs': 'x' }))
  await expect(setup.invoke('escape')).rejects.toThrow(/outside/)
})

test('an operation that is not implemented says so', async () => {
  const { ListAliasesCommand } = await import('@aws-sdk/client-lambda')
  await expect(setup.lambda.send(new ListAliasesCommand({ FunctionName: 'x' }))).rejects.toThrow(/not implemented/)
})
