import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { iam, kms, lambda, secretsmanager } from '@pulumi/aws'
import { asset, Config } from '@pulumi/pulumi'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApplyOptions } from '../../../../local/apply/apply.ts'
import type { ApplyError } from '../../../../local/apply/errors.ts'
import { type RunningCloud, startCloud } from '../../../../local/cloud/start-cloud.ts'
import { applyTo, clientOptions, touched } from '../../../helpers/apply/apply-to.ts'

type Program = ApplyOptions['program']

let cloud: RunningCloud
let functions: LambdaClient
let secrets: SecretsManagerClient

beforeEach(async () => {
  cloud = await startCloud({ port: 0 })
  functions = new LambdaClient(clientOptions(cloud))
  secrets = new SecretsManagerClient(clientOptions(cloud))
})

afterEach(async () => {
  functions.destroy()
  secrets.destroy()
  await cloud.close()
})

const apply = applyTo(() => cloud)

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

const declareFunction = (body: string, memorySize = 256): lambda.Function => {
  const role = new iam.Role('role', { name: 'worker', assumeRolePolicy: TRUST })
  return new lambda.Function('worker', {
    name: 'worker',
    role: role.arn,
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    handler: 'index.handler',
    memorySize,
    reservedConcurrentExecutions: 2,
    environment: { variables: { GREETING: 'hello' } },
    tracingConfig: { mode: 'PassThrough' },
    code: new asset.AssetArchive({
      'index.cjs': new asset.StringAsset(`exports.handler = async (event) => { ${body} }`),
      'inventory.json': new asset.StringAsset('{"version":1}'),
    }),
  })
}

const GREET = 'return { said: process.env.GREETING + " " + event.name }'

const greeter =
  (body: string, name: string, memorySize = 256): Program =>
  async () => {
    const worker = declareFunction(body, memorySize)
    const { result } = new lambda.Invocation('greet', { functionName: worker.name, input: JSON.stringify({ name }) })
    return { result, arn: worker.arn }
  }

describe('applyStack: functions', () => {
  it('uploads an archive, sets what the program asks for and calls the function (part of A3)', async () => {
    const { outputs } = await apply(greeter(GREET, 'Ada'))
    expect(outputs.result).toBe('{"said":"hello Ada"}')
    expect(outputs.arn).toBe('arn:aws:lambda:eu-central-1:000000000000:function:worker')
    const { Configuration } = await functions.send(new GetFunctionCommand({ FunctionName: 'worker' }))
    expect(Configuration).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Role: 'arn:aws:iam::000000000000:role/worker',
    })
  })

  it('uploads changed code in place, and calls again only for another input', async () => {
    const first = await apply(greeter(GREET, 'Ada'))
    const recoded = await apply(greeter(GREET.replace('said', 'told'), 'Ada', 512), { state: first.state })
    expect(recoded.changes).toMatchObject([
      { action: 'unchanged' },
      { action: 'update', type: 'aws:lambda/function:Function', changed: ['code', 'memorySize'] },
      { action: 'unchanged', type: 'aws:lambda/invocation:Invocation' },
    ])
    expect(recoded.outputs.result).toBe('{"said":"hello Ada"}')

    const again = await apply(greeter(GREET.replace('said', 'told'), 'Bob', 512), { state: recoded.state })
    expect(again.changes.at(-1)).toMatchObject({ action: 'replace', changed: ['input'] })
    expect(again.outputs.result).toBe('{"told":"hello Bob"}')
  })

  it('tells a function in scope CRUD what it is called for, and calls it once more before the end (1.11)', async () => {
    const echo = 'return { at: event.at, action: event.tf && event.tf.action, before: event.tf && event.tf.prev_input }'
    const called =
      (at: string | undefined): Program =>
      async () => {
        const worker = declareFunction(echo)
        if (at === undefined) return {}
        const input = JSON.stringify({ at })
        const { result } = new lambda.Invocation('life', { functionName: worker.name, input, lifecycleScope: 'CRUD' })
        return { result }
      }
    const first = await apply(called('one'))
    expect(JSON.parse(String(first.outputs.result))).toEqual({ at: 'one', action: 'create', before: null })
    const second = await apply(called('two'), { state: first.state })
    expect(JSON.parse(String(second.outputs.result))).toEqual({ at: 'two', action: 'update', before: { at: 'one' } })
    expect(second.changes.at(-1)).toMatchObject({ action: 'update', changed: ['input'] })

    const invokes = () => cloud.cloud.journal.entries().filter(({ operation }) => operation === 'Invoke').length
    const before = invokes()
    expect(touched(await apply(called(undefined), { state: second.state }))).toEqual(['delete life'])
    expect(invokes()).toBe(before + 1)
  })

  it('removes a function after what depends on it, whatever the order of the state, and stops when the last call fails', async () => {
    const refusing: Program = async () => {
      const worker = declareFunction('if (event.tf.action === "delete") throw new Error("keys are alive")')
      new lambda.Invocation('life', { functionName: worker.name, input: '{}', lifecycleScope: 'CRUD' })
      return {}
    }
    const { state } = await apply(refusing)
    const shuffled = { ...state, resources: Object.fromEntries(Object.entries(state.resources).reverse()) }
    const error: ApplyError = await apply(async () => ({}), { state: shuffled }).catch((reason) => reason)
    expect(error.message).toMatch(/deleting .*Invocation::life failed: .*keys are alive/)
    const { Configuration } = await functions.send(new GetFunctionCommand({ FunctionName: 'worker' }))
    expect(Configuration?.FunctionName).toBe('worker')
    expect(Object.keys(error.state.resources).filter((urn) => /::(life|worker|role)$/.test(urn))).toHaveLength(3)
  })

  it('fails with what the function says when a call fails, credentials masked', async () => {
    const program = greeter('throw new TypeError("no value for sk-live-0123456789")', 'Ada')
    const error: ApplyError = await apply(program).catch((reason) => reason)
    expect(error.message).toBe(
      'creating urn:pulumi:dev::keyturn::aws:lambda/invocation:Invocation::greet failed: ' +
        'worker failed: TypeError: no value for [redacted]',
    )
  })
})

describe('applyStack: secrets', () => {
  const policy = (arn: string, sid: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Sid: sid, Effect: 'Allow', Principal: { AWS: arn }, Action: 'secretsmanager:GetSecretValue', Resource: '*' },
      ],
    })

  const rotated =
    (schedule: string, sid: string): Program =>
    async () => {
      const key = new kms.Key('key', { enableKeyRotation: true, deletionWindowInDays: 30 })
      const secret = new secretsmanager.Secret(
        'secret',
        { name: 'keyturn/dev/token', kmsKeyId: key.arn, tags: { 'keyturn:grace': schedule } },
        { protect: true },
      )
      const version = new secretsmanager.SecretVersion('version', {
        secretId: secret.id,
        secretString: new Config('keyturn').requireSecret('token'),
      })
      const fence = new secretsmanager.SecretPolicy('fence', {
        secretArn: secret.arn,
        policy: policy('arn:aws:iam::000000000000:root', sid),
      })
      const worker = declareFunction('return null')
      const permission = new lambda.Permission('permission', {
        statementId: 'SecretsManagerRotates',
        function: worker.name,
        action: 'lambda:InvokeFunction',
        principal: 'secretsmanager.amazonaws.com',
        sourceAccount: '000000000000',
      })
      new secretsmanager.SecretRotation(
        'rotation',
        {
          secretId: secret.id,
          rotationLambdaArn: worker.arn,
          rotateImmediately: false,
          rotationRules: { scheduleExpression: schedule, duration: '2h' },
        },
        { dependsOn: [permission, version, fence] },
      )
      return { arn: secret.arn, versionId: version.versionId }
    }

  const config = { config: { 'keyturn:token': 'canary-77ab' }, configSecrets: ['keyturn:token'] }
  const SecretId = 'keyturn/dev/token'

  it('A4: makes secret, first value, fence and rotation, and the state holds no value', async () => {
    const { outputs, state } = await apply(rotated('rate(7 days)', 'One'), config)
    const described = await secrets.send(new DescribeSecretCommand({ SecretId }))
    expect(described).toMatchObject({
      ARN: outputs.arn,
      RotationEnabled: true,
      RotationRules: { ScheduleExpression: 'rate(7 days)', Duration: '2h' },
    })
    expect(described.VersionIdsToStages?.[String(outputs.versionId)]).toContain('AWSCURRENT')
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }))
    expect(SecretString).toBe('canary-77ab')
    expect(JSON.stringify(state)).not.toContain('canary-77ab')
    expect(cloud.cloud.state.lambda.functions.worker?.permissions[0]?.statement).toMatchObject({
      Sid: 'SecretsManagerRotates',
      Principal: { Service: 'secretsmanager.amazonaws.com' },
    })
  })

  it('changes schedule, tags and fence in place, and leaves the value alone', async () => {
    const first = await apply(rotated('rate(7 days)', 'One'), config)
    const second = await apply(rotated('rate(14 days)', 'Two'), { ...config, state: first.state })
    const changed = second.changes.filter(({ action }) => action !== 'unchanged')
    expect(changed.map(({ action, name }) => `${action} ${name}`).sort()).toEqual([
      'update fence',
      'update rotation',
      'update secret',
    ])
    expect(second.outputs).toEqual(first.outputs)
    const described = await secrets.send(new DescribeSecretCommand({ SecretId }))
    expect(described.RotationRules?.ScheduleExpression).toBe('rate(14 days)')
    expect(described.Tags).toEqual([{ Key: 'keyturn:grace', Value: 'rate(14 days)' }])
    const { ResourcePolicy } = await secrets.send(new GetResourcePolicyCommand({ SecretId }))
    expect(JSON.parse(ResourcePolicy ?? '').Statement[0].Sid).toBe('Two')
  })
})
