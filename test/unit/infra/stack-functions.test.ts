import { beforeAll, describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { readPattern } from '../../../local/cloud/services/events/pattern.ts'
import { devSettings, devValues } from '../../helpers/infra/dev-config.ts'
import { ACCOUNT, type Plan, planStack, REGION } from '../../helpers/infra/plan-stack.ts'

const FUNCTION = 'aws:lambda/function:Function'
const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'

const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/${name}-AbCdEf`
const ANY_SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/*`
const keyArn = (group: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${group}-key`
const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:keyturn-dev-${name}`
const logs = (name: string): string => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/keyturn-dev-${name}:*`
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:keyturn-dev-notifications`
const VIA = `secretsmanager.${REGION}.amazonaws.com`

/** What every function may do, whatever it is for. */
const base = (name: string) => [
  { Sid: 'WriteLogs', Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: [logs(name)] },
  {
    Sid: 'SendTraces',
    Effect: 'Allow',
    Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    Resource: ['*'],
  },
  { Sid: 'ReportFailures', Effect: 'Allow', Action: ['sns:Publish'], Resource: [TOPIC] },
]

let plan: Plan

beforeAll(async () => {
  plan = await planStack(parseStackConfig(devSettings(), devValues))
})

describe('rotation functions (part of A3)', () => {
  it('are one for each family, on arm64 and the current runtime, traced and bounded', () => {
    expect(
      plan
        .ofType(FUNCTION)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['rotate-generated-function', 'rotate-provider-function', 'rotate-supplied-function', 'sweep-function'])
    expect(plan.one(FUNCTION, 'rotate-provider-function').inputs).toMatchObject({
      name: 'keyturn-dev-rotate-provider',
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      memorySize: 256,
      timeout: 300,
      tracingConfig: { mode: 'Active' },
      environment: { variables: { KEYTURN_LOG_LEVEL: 'info' } },
    })
  })

  it('carry their bundle and their inventory, and no secret', () => {
    const { assets } = plan.one(FUNCTION, 'rotate-provider-function').inputs.code as {
      assets: Record<string, { path?: string; text?: string }>
    }
    expect(Object.keys(assets)).toEqual(['index.cjs', 'inventory.json'])
    expect(assets['index.cjs']?.path).toBe('/dist/provider/index.cjs')
    const { secrets } = JSON.parse(assets['inventory.json']?.text ?? '')
    expect(Object.keys(secrets)).toEqual(['keyturn/dev/openai', 'keyturn/dev/openrouter'])
  })

  it('may do to the secrets of their family what the engine and the strategy ask for, and nothing else', () => {
    expect(plan.policy(ROLE_POLICY, 'rotate-provider-policy').Statement).toEqual([
      {
        Sid: 'RotateOwnSecret',
        Effect: 'Allow',
        Action: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
          'secretsmanager:TagResource',
        ],
        Resource: [ANY_SECRET],
        Condition: {
          StringEquals: {
            'aws:ResourceTag/keyturn:stack': 'keyturn/dev',
            'aws:ResourceTag/keyturn:strategy': ['provider-key'],
          },
        },
      },
      {
        Sid: 'UseOwnKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: [keyArn('upstream')],
        Condition: {
          StringEquals: { 'kms:ViaService': VIA },
          StringLike: { 'kms:EncryptionContext:SecretARN': [ANY_SECRET] },
        },
      },
      {
        Sid: 'ReadAdminSecret',
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [secretArn('openai-admin'), secretArn('openrouter-admin')],
      },
      ...base('rotate-provider'),
    ])
  })

  it('use the key of another group for exactly the secrets there that they read', async () => {
    const settings = devSettings()
    for (const secret of settings.secrets) if (secret.name === 'openai-admin') secret.group = 'internal'
    const apart = await planStack(parseStackConfig(settings, devValues))
    const { Statement } = apart.policy(ROLE_POLICY, 'rotate-provider-policy')
    expect(Statement.find(({ Sid }) => Sid === 'UseAdminKey')).toEqual({
      Sid: 'UseAdminKey',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [keyArn('internal')],
      Condition: {
        StringEquals: { 'kms:ViaService': VIA },
        StringLike: { 'kms:EncryptionContext:SecretARN': [secretArn('openai-admin')] },
      },
    })
  })

  it('are invoked by Secrets Manager of this account alone', () => {
    expect(plan.one('aws:lambda/permission:Permission', 'rotate-supplied-permission').inputs).toEqual({
      statementId: 'SecretsManagerRotates',
      function: 'keyturn-dev-rotate-supplied',
      action: 'lambda:InvokeFunction',
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: ACCOUNT,
    })
  })

  it('keep their logs for the configured time and report events that failed for good', () => {
    expect(plan.one('aws:cloudwatch/logGroup:LogGroup', 'rotate-generated-logs').inputs).toEqual({
      name: '/aws/lambda/keyturn-dev-rotate-generated',
      retentionInDays: 90,
    })
    const type = 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig'
    expect(plan.one(type, 'rotate-generated-failures').inputs).toMatchObject({
      functionName: 'keyturn-dev-rotate-generated',
      destinationConfig: { onFailure: { destination: TOPIC } },
    })
  })

  it('exist only for families that have a secret', async () => {
    const settings = devSettings()
    settings.secrets = settings.secrets.filter(({ name }) => ['mobile-app', 'reporting-password'].includes(name))
    const small = await planStack(parseStackConfig({ ...settings, proxy: undefined }, {}))
    expect(
      small
        .ofType(FUNCTION)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['rotate-generated-function', 'sweep-function'])
    expect(small.ofType('aws:ecs/service:Service')).toEqual([])
    expect(
      small.policy(ROLE_POLICY, 'sweep-policy').Statement.find(({ Sid }) => Sid === 'HaveRetired')?.Resource,
    ).toEqual([functionArn('rotate-generated')])
  })
})

describe('concurrency (part of A3)', () => {
  it('is not reserved unless asked for: a fresh account has nothing to reserve', () => {
    for (const { inputs } of plan.ofType(FUNCTION)) expect(inputs).not.toHaveProperty('reservedConcurrentExecutions')
  })

  it('is reserved where the config says so, and then one is for the sweeper', async () => {
    const functions = { reservedConcurrency: 5 }
    const reserved = await planStack(parseStackConfig({ ...devSettings(), functions }, devValues))
    const inputs = Object.fromEntries(reserved.ofType(FUNCTION).map(({ name, inputs }) => [name, inputs]))
    expect(inputs['rotate-provider-function']?.reservedConcurrentExecutions).toBe(5)
    expect(inputs['sweep-function']?.reservedConcurrentExecutions).toBe(1)
  })
})

describe('an inventory of hundreds (A13)', () => {
  const copies = (count: number, index: number, change: (number: number) => object = () => ({})) => {
    const { secrets } = devSettings()
    return Array.from({ length: count }, (_, number) => ({
      ...secrets[index],
      name: `copy-${index}-${number}`,
      ...change(number),
    }))
  }

  it('fits: roles stay within what IAM takes, however many secrets they are for', async () => {
    const settings = devSettings()
    const secrets = [...settings.secrets, ...copies(100, 1), ...copies(150, 4), ...copies(150, 5)]
    const large = await planStack(parseStackConfig({ ...settings, secrets }, devValues))
    for (const { inputs } of large.ofType(ROLE_POLICY)) expect(String(inputs.policy).length).toBeLessThanOrEqual(10_240)
  })

  it('has at most four first values and four rotations under way at once', async () => {
    const settings = devSettings()
    const large = await planStack(
      parseStackConfig({ ...settings, secrets: [...settings.secrets, ...copies(40, 1)] }, devValues),
    )
    for (const type of ['aws:lambda/invocation:Invocation', 'aws:secretsmanager/secretRotation:SecretRotation']) {
      const all = large.ofType(type)
      const depth = new Map<string, number>()
      for (const { urn, dependencies } of all) {
        depth.set(urn, 1 + Math.max(0, ...dependencies.map((one) => depth.get(one) ?? 0)))
      }
      const rounds = [...Map.groupBy(depth.values(), (one) => one).values()].map(({ length }) => length)
      expect(Math.max(...rounds), type).toBe(4)
      expect(rounds.length, type).toBe(Math.ceil(all.length / 4))
    }
  })

  it('is refused before anything is created where its secrets read more others than a role can name', async () => {
    const settings = devSettings()
    const admins = copies(120, 0)
    const keys = copies(120, 1, (number) => ({
      params: { ...settings.secrets[1]?.params, adminSecret: `copy-0-${number}` },
    }))
    const values = { ...devValues, ...Object.fromEntries(admins.map(({ name }) => [name, devValues['openai-admin']])) }
    const config = parseStackConfig({ ...settings, secrets: [...settings.secrets, ...admins, ...keys] }, values)
    await expect(planStack(config)).rejects.toMatchObject({
      code: 'role-policy-too-long',
      message: expect.stringMatching(/"provider".*122 secrets read/),
    })
  })

  it('is refused before anything is created where the proxy has more clients than a task definition can name', async () => {
    const settings = devSettings()
    const clients = copies(500, 4)
    const proxy = { ...settings.proxy, clients: clients.map(({ name }) => ({ name, secret: name })) }
    const config = parseStackConfig({ ...settings, proxy, secrets: [...settings.secrets, ...clients] }, devValues)
    await expect(planStack(config)).rejects.toMatchObject({
      code: 'proxy-config-too-long',
      message: expect.stringMatching(/500 clients.*65536/),
    })
  })
})

describe('sweeper (A5)', () => {
  it('is started by a schedule whose role may start it and nothing else', () => {
    expect(plan.one('aws:scheduler/schedule:Schedule', 'sweep-schedule').inputs).toMatchObject({
      scheduleExpression: 'rate(5 minutes)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: functionArn('sweep'), roleArn: `arn:aws:iam::${ACCOUNT}:role/keyturn-dev-sweep-schedule` },
    })
    expect(plan.policy(ROLE_POLICY, 'sweep-schedule-policy').Statement).toEqual([
      { Sid: 'StartSweep', Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [functionArn('sweep')] },
    ])
  })

  it('lists and looks at secrets, notes what it told, and invokes exactly the rotation functions', () => {
    expect(plan.policy(ROLE_POLICY, 'sweep-policy').Statement).toEqual([
      { Sid: 'ListSecrets', Effect: 'Allow', Action: ['secretsmanager:ListSecrets'], Resource: ['*'] },
      { Sid: 'LookAtSecret', Effect: 'Allow', Action: ['secretsmanager:DescribeSecret'], Resource: [ANY_SECRET] },
      {
        Sid: 'RememberTold',
        Effect: 'Allow',
        Action: ['secretsmanager:TagResource'],
        Resource: [ANY_SECRET],
        Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['keyturn:run:told'] } },
      },
      {
        Sid: 'HaveRetired',
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: ['rotate-generated', 'rotate-provider', 'rotate-supplied'].map(functionArn),
      },
      ...base('sweep'),
    ])
  })

  it('knows its stack', () => {
    expect(plan.one(FUNCTION, 'sweep-function').inputs).toMatchObject({
      environment: {
        variables: {
          KEYTURN_STACK: 'keyturn/dev',
          KEYTURN_TOPIC_ARN: TOPIC,
          KEYTURN_SWEEP_MINUTES: '5',
          KEYTURN_LOG_LEVEL: 'info',
        },
      },
    })
  })
})

describe('events (part of A9)', () => {
  const pattern = (): string =>
    String(plan.one('aws:cloudwatch/eventRule:EventRule', 'sweep-events').inputs.eventPattern)
  const fits = (event: object): boolean => readPattern(pattern())({ source: 'aws.secretsmanager', ...event })
  const label = (name: string) => ({
    'detail-type': 'Secret Label Updated',
    detail: { name, labelUpdated: 'AWSCURRENT' },
  })
  const rotation = (eventName: string, name: string) => ({
    'detail-type': 'AWS Service Event via CloudTrail',
    detail: { eventName, additionalEventData: { SecretId: secretArn(name) } },
  })

  it('of moved labels and of failed rotations of this stack, and of no other, start the sweeper', () => {
    expect(fits(label('keyturn/dev/openai'))).toBe(true)
    expect(fits(label('keyturn/dev-2/openai'))).toBe(false)
    expect(fits(rotation('RotationFailed', 'openai'))).toBe(true)
    expect(fits(rotation('RotationAbandoned', 'openai'))).toBe(true)
    expect(fits(rotation('RotationSucceeded', 'openai'))).toBe(false)
    expect(fits({ ...label('keyturn/dev/openai'), source: 'app' })).toBe(false)
    const target = plan.one('aws:cloudwatch/eventTarget:EventTarget', 'sweep-events-target')
    expect(target.inputs).toMatchObject({ rule: 'keyturn-dev-secret-events', arn: functionArn('sweep') })
  })

  it('may start it only by that rule', () => {
    const { inputs } = plan.one('aws:lambda/permission:Permission', 'sweep-events-permission')
    expect(inputs).toMatchObject({ principal: 'events.amazonaws.com', function: 'keyturn-dev-sweep' })
    expect(inputs.sourceArn).toMatch(/sweep-events$/)
  })
})

describe('notifications (part of A8)', () => {
  it('take messages from the stack’s functions alone', () => {
    const [statement] = plan.policy('aws:sns/topicPolicy:TopicPolicy', 'notifications-policy').Statement
    const names = ['rotate-generated', 'rotate-provider', 'rotate-supplied', 'sweep']
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Action: ['sns:Publish'],
      Resource: [TOPIC],
      Condition: {
        ArnNotEquals: { 'aws:PrincipalArn': names.map((name) => `arn:aws:iam::${ACCOUNT}:role/keyturn-dev-${name}`) },
      },
    })
  })
})
