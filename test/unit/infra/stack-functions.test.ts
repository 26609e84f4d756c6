import { beforeAll, describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { readPattern } from '../../../local/services/events/pattern.ts'
import { devSettings, devValues } from '../../helpers/infra/dev-config.ts'
import { ACCOUNT, type Plan, planStack, REGION } from '../../helpers/infra/plan-stack.ts'

const FUNCTION = 'aws:lambda/function:Function'
const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'

const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/${name}-AbCdEf`
const keyArn = (group: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${group}-key`
const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:keyturn-dev-${name}`
const logs = (name: string): string => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/keyturn-dev-${name}:*`
const ANY_SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/*`
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

describe('rotation functions (A3)', () => {
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
      reservedConcurrentExecutions: 5,
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
        Resource: [secretArn('openai'), secretArn('openrouter')],
      },
      {
        Sid: 'UseOwnKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: [keyArn('upstream')],
        Condition: {
          StringEquals: {
            'kms:ViaService': VIA,
            'kms:EncryptionContext:SecretARN': [secretArn('openai'), secretArn('openrouter')],
          },
        },
      },
      {
        Sid: 'ReadAdminSecret',
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [secretArn('openai-admin'), secretArn('openrouter-admin')],
      },
      {
        Sid: 'UseAdminKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [keyArn('upstream')],
        Condition: {
          StringEquals: {
            'kms:ViaService': VIA,
            'kms:EncryptionContext:SecretARN': [secretArn('openai-admin'), secretArn('openrouter-admin')],
          },
        },
      },
      ...base('rotate-provider'),
    ])
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

describe('roles that would outgrow IAM (A13)', () => {
  it('are refused before anything is created', async () => {
    const settings = devSettings()
    const copies = Array.from({ length: 60 }, (_, index) => ({ ...settings.secrets[4], name: `client-${index}` }))
    const config = parseStackConfig({ ...settings, secrets: [...settings.secrets, ...copies] } as never, devValues)
    await expect(planStack(config)).rejects.toThrow(
      expect.objectContaining({
        code: 'role-policy-too-long',
        message: expect.stringMatching(/"generated".*62 secrets/),
      }),
    )
  })

  it('fit with a few dozen secrets each, as AWS counts', async () => {
    const settings = devSettings()
    const copies = Array.from({ length: 30 }, (_, index) => ({ ...settings.secrets[4], name: `client-${index}` }))
    const config = parseStackConfig({ ...settings, secrets: [...settings.secrets, ...copies] } as never, devValues)
    const large = await planStack(config)
    for (const { inputs } of large.ofType(ROLE_POLICY)) expect(String(inputs.policy).length).toBeLessThanOrEqual(10_240)
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

  it('runs alone, and knows its stack', () => {
    expect(plan.one(FUNCTION, 'sweep-function').inputs).toMatchObject({
      reservedConcurrentExecutions: 1,
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

describe('events (A9)', () => {
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

describe('notifications (A8)', () => {
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
