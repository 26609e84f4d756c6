import { beforeAll, describe, expect, it } from 'vitest'
import { TAG } from '../../../core/tags.ts'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { devSettings, devValues } from '../../helpers/infra/dev-config.ts'
import { ACCOUNT, DEPLOYER, type Plan, planStack, REGION } from '../../helpers/infra/plan-stack.ts'

const KEY = 'aws:kms/key:Key'
const SECRET = 'aws:secretsmanager/secret:Secret'
const POLICY = 'aws:secretsmanager/secretPolicy:SecretPolicy'
const VERSION = 'aws:secretsmanager/secretVersion:SecretVersion'
const ROTATION = 'aws:secretsmanager/secretRotation:SecretRotation'
const INVOCATION = 'aws:lambda/invocation:Invocation'

const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const fail = (): never => {
  throw new Error('the shipped config has it no longer')
}
const CANARY = 'canary-7b1e9c'

let plan: Plan

beforeAll(async () => {
  const values = { ...devValues, 'openai-admin': `sk-admin-${CANARY}-000000000000` }
  plan = await planStack(parseStackConfig(devSettings(), values))
})

describe('keys of groups (A1)', () => {
  it('are rotated yearly, protected, and take 30 days to delete', () => {
    expect(plan.ofType(KEY).map(({ name }) => name)).toEqual(['upstream-key', 'clients-key', 'internal-key'])
    for (const { protect, inputs } of plan.ofType(KEY)) {
      expect(protect).toBe(true)
      expect(inputs).toMatchObject({
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        multiRegion: false,
      })
    }
    expect(plan.one('aws:kms/alias:Alias', 'upstream-alias').inputs.name).toBe('alias/keyturn/dev/upstream')
  })

  it('name no "*" principal, and let the account administer but not use them', () => {
    for (const { name } of plan.ofType(KEY)) {
      const { Statement } = plan.policy(KEY, name)
      expect(JSON.stringify(Statement.map(({ Principal }) => Principal))).not.toContain('*')
      const open = Statement.filter(({ Condition }) => Condition === undefined)
      expect(open.map(({ Sid }) => Sid)).toEqual(['AdministerKey'])
      const using = /^kms:(Decrypt|Encrypt|GenerateDataKey|ReEncrypt|CreateGrant|\*)/
      expect(open.flatMap(({ Action }) => Action).filter((action) => using.test(action))).toEqual([])
      expect(open.flatMap(({ Action }) => Action)).toContain('kms:PutKeyPolicy')
    }
  })

  it('may be used by exactly those who touch a secret of the group, through Secrets Manager', () => {
    const [, write, read] = plan.policy(KEY, 'upstream-key').Statement
    const through = {
      StringEquals: { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` },
      StringLike: {
        'kms:EncryptionContext:SecretARN': `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/*`,
      },
    }
    const writers = [DEPLOYER, role('keyturn-dev-rotate-provider'), role('keyturn-dev-rotate-supplied')]
    expect(write).toMatchObject({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: { ArnEquals: { 'aws:PrincipalArn': writers }, ...through },
    })
    expect(read).toMatchObject({
      Action: ['kms:Decrypt'],
      Condition: { ArnEquals: { 'aws:PrincipalArn': [role('keyturn-dev-proxy-task')] }, ...through },
    })
  })
})

describe('a key on request (A1)', () => {
  it('is made for other Regions too where its group says so, and only there', async () => {
    const settings = devSettings()
    settings.groups = { ...settings.groups, clients: { ...settings.groups.clients, multiRegion: true } }
    const other = await planStack(parseStackConfig(settings, devValues))
    const regions = other.ofType(KEY).map(({ name, inputs }) => [name, inputs.multiRegion])
    expect(regions).toEqual([
      ['upstream-key', false],
      ['clients-key', true],
      ['internal-key', false],
    ])
  })

  it('is rotated at once by whoever administers the account', () => {
    for (const { name } of plan.ofType(KEY)) {
      const administers = plan.policy(KEY, name).Statement.find(({ Sid }) => Sid === 'AdministerKey')
      expect(administers?.Action).toContain('kms:RotateKeyOnDemand')
    }
  })
})

describe('the key that a new secret is to stand under (A1)', () => {
  it('may be tried out by Secrets Manager for the deployer alone, under the literal context alone', () => {
    const literal = 'RequestToValidateKeyAccess'
    for (const { name } of plan.ofType(KEY)) {
      const statements = plan.policy(KEY, name).Statement.filter((one) => JSON.stringify(one).includes(literal))
      expect(statements).toEqual([
        {
          Sid: 'ValidateForNewSecrets',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: ['*'],
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': [DEPLOYER] },
            StringEquals: {
              'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com`,
              'kms:EncryptionContext:SecretARN': literal,
              'kms:EncryptionContext:SecretVersionId': literal,
            },
          },
        },
      ])
    }
  })
})

describe('secrets (A1, A2)', () => {
  it('stand under their group’s key, tagged, protected, 30 days from deletion', () => {
    const { inputs, protect } = plan.one(SECRET, 'openai-secret')
    expect(protect).toBe(true)
    expect(inputs).toEqual({
      name: 'keyturn/dev/openai',
      description: 'Key with which the proxy calls OpenAI',
      kmsKeyId: `arn:aws:kms:${REGION}:${ACCOUNT}:key/upstream-key`,
      recoveryWindowInDays: 30,
      tags: {
        'keyturn:stack': 'keyturn/dev',
        'keyturn:strategy': 'provider-key',
        'keyturn:supply': 'never',
        'keyturn:revoked-by': 'keyturn',
        'keyturn:grace': '24h',
        'keyturn:owner': 'platform@example.com',
        'keyturn:proxy': 'reads',
        'keyturn:proxy-reads': '30/86400',
      },
    })
    expect(plan.one(SECRET, 'telegram-bot-secret').inputs.tags).not.toHaveProperty('keyturn:proxy-reads')
  })

  it('tell by tags what the command line must know of their strategy: who hands values over, presents them, revokes them', () => {
    const told = (name: string) => {
      const {
        [TAG.supply]: supply,
        [TAG.presentedBy]: presentedBy,
        [TAG.revokedBy]: revokedBy,
      } = plan.one(SECRET, `${name}-secret`).inputs.tags as Record<string, string>
      return { supply, presentedBy, revokedBy }
    }
    expect(told('openai')).toEqual({ supply: 'never', presentedBy: undefined, revokedBy: 'keyturn' })
    expect(told('mobile-app')).toEqual({ supply: 'allowed', presentedBy: 'clients', revokedBy: undefined })
    expect(told('telegram-bot')).toEqual({ supply: 'required', presentedBy: undefined, revokedBy: undefined })
    expect(told('reporting-password')).toEqual({ supply: 'never', presentedBy: undefined, revokedBy: undefined })
  })

  it('leave the tags alone that functions and the command line write', () => {
    expect(plan.one(SECRET, 'openai-secret').ignoreChanges).toEqual(
      Object.values(TAG)
        .filter((tag) => tag.startsWith('keyturn:run:'))
        .map((tag) => `tags["${tag}"]`),
    )
  })

  it('refuse their value to everyone but those named', () => {
    const [read, write] = plan.policy(POLICY, 'reporting-password-policy').Statement
    const writers = [DEPLOYER, role('keyturn-dev-rotate-generated')]
    expect(read).toMatchObject({
      Effect: 'Deny',
      Action: ['secretsmanager:GetSecretValue'],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': [...writers, role('reporting-service')] } },
    })
    expect(write).toMatchObject({
      Effect: 'Deny',
      Action: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret'],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': writers } },
    })
    expect(plan.one(POLICY, 'reporting-password-policy').inputs.blockPublicPolicy).toBe(true)
  })

  it('refuse their deletion to everyone until they have been ended', () => {
    const statements = plan.policy(POLICY, 'openai-policy').Statement
    expect(statements.find(({ Sid }) => Sid === 'OnlyEndedIsDeleted')).toEqual({
      Sid: 'OnlyEndedIsDeleted',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['secretsmanager:DeleteSecret'],
      Resource: ['*'],
      Condition: { Null: { 'aws:ResourceTag/keyturn:run:ended': 'true' } },
    })
  })

  it('let a provider’s function read the admin key that it mints with, and the proxy not', () => {
    const named = JSON.stringify(plan.policy(POLICY, 'openai-admin-policy'))
    expect(named).toContain(role('keyturn-dev-rotate-provider'))
    expect(named).not.toContain('proxy')
  })
})

describe('first values (A4)', () => {
  it('come from the config, marked secret, where a person supplies them', () => {
    expect(
      plan
        .ofType(VERSION)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['openai-admin-first-value', 'openrouter-admin-first-value', 'telegram-bot-first-value'])
    const version = plan.one(VERSION, 'openai-admin-first-value')
    expect(version.secretProperties).toContain('secretString')
    expect(version.ignoreChanges).toContain('secretString')
  })

  it('may come from the config where Keyturn makes them as well: the function puts it into force, or the next rotation', async () => {
    const own = await planStack(
      parseStackConfig(devSettings(), { ...devValues, 'mobile-app': '4fK9_xQ7-bT2mWz8RcVh3NsYpLgJ6dAeUo1iXwBtCvE' }),
    )
    const version = own.one(VERSION, 'mobile-app-first-value')
    expect(version.inputs.versionStages).toEqual(['SUPPLIED'])
    expect(version.secretProperties).toContain('secretString')
    const names = own.one(INVOCATION, 'mobile-app-first-value').dependencies.map((urn) => urn.split('::').at(-1))
    expect(names).toContain('mobile-app-first-value')
    expect(own.one(VERSION, 'openai-admin-first-value').inputs.versionStages).toBeUndefined()
  })

  it('a value from the config stands nowhere else, and nowhere unmarked', () => {
    const holding = plan.resources.filter(({ inputs }) => JSON.stringify(inputs).includes(CANARY))
    expect(holding.map(({ name }) => name)).toEqual(['openai-admin-first-value'])
    expect(JSON.stringify(plan.resources.map(({ elidedInputs }) => elidedInputs))).not.toContain(CANARY)
  })

  it('are made by the rotation function everywhere else, so that none is in Pulumi’s state', () => {
    const { inputs } = plan.one(INVOCATION, 'openai-first-value')
    expect(inputs.functionName).toBe('keyturn-dev-rotate-provider')
    expect(JSON.parse(String(inputs.input))).toMatchObject({
      Step: 'createFirstValue',
      SecretId: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/openai-AbCdEf`,
    })
    expect(plan.ofType(INVOCATION)).toHaveLength(4)
  })

  it('are asked for in a way that has the function called again before the secret is deleted, with its entry', () => {
    const { inputs } = plan.one(INVOCATION, 'openai-first-value')
    expect(inputs.lifecycleScope).toBe('CRUD')
    const { inputs: lambda } = plan.one('aws:lambda/function:Function', 'rotate-provider-function')
    const { assets } = lambda.code as { assets: Record<string, { text?: string }> }
    const { secrets } = JSON.parse(assets['inventory.json']?.text ?? '')
    expect(JSON.parse(String(inputs.input)).entry).toEqual(secrets['keyturn/dev/openai'])
  })
})

describe('rotation (A4)', () => {
  it('has the schedule and window of the inventory, and does not begin by rotating', () => {
    expect(plan.ofType(ROTATION)).toHaveLength(7)
    expect(plan.one(ROTATION, 'openai-rotation').inputs).toEqual({
      secretId: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/openai-AbCdEf`,
      rotationLambdaArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:keyturn-dev-rotate-provider`,
      rotateImmediately: false,
      rotationRules: { scheduleExpression: 'cron(0 3 ? * MON *)', duration: '3h' },
    })
  })

  it('without a schedule is turned on by the function itself, which may do that for its own secrets and nothing more', async () => {
    const settings = devSettings()
    const { schedule, window, ...unscheduled } = settings.secrets.find(({ name }) => name === 'mobile-app') ?? fail()
    settings.secrets = settings.secrets.map((secret) => (secret.name === 'mobile-app' ? unscheduled : secret)) as never
    const own = await planStack(parseStackConfig(settings, devValues))
    expect(own.ofType(ROTATION).map(({ name }) => name)).not.toContain('mobile-app-rotation')
    const { inputs, dependencies } = own.one(INVOCATION, 'mobile-app-on-request')
    const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:keyturn-dev-rotate-generated`
    expect(inputs.lifecycleScope).toBe('CRUD')
    expect(JSON.parse(String(inputs.input))).toEqual({
      Step: 'rotateOnRequest',
      SecretId: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/mobile-app-AbCdEf`,
      FunctionArn: functionArn,
    })
    expect(dependencies.map((urn) => urn.split('::').at(-1))).toEqual(
      expect.arrayContaining(['mobile-app-first-value', 'rotate-generated-permission', 'mobile-app-policy']),
    )
    const tags = {
      'aws:ResourceTag/keyturn:stack': 'keyturn/dev',
      'aws:ResourceTag/keyturn:strategy': ['client-key'],
    }
    const granted = own.policy('aws:iam/rolePolicy:RolePolicy', 'rotate-generated-policy').Statement
    expect(granted.filter(({ Sid }) => /^(TurnRotation|NameItself)/.test(Sid))).toMatchObject([
      {
        Action: ['secretsmanager:RotateSecret'],
        Condition: {
          StringEquals: { ...tags, 'secretsmanager:RotationLambdaARN': functionArn },
          Bool: { 'secretsmanager:ModifyRotationRules': 'false', 'secretsmanager:RotateImmediately': 'false' },
        },
      },
      { Action: ['secretsmanager:CancelRotateSecret'], Condition: { StringEquals: tags } },
      { Action: ['lambda:InvokeFunction'], Resource: [functionArn] },
    ])
    for (const family of ['provider', 'supplied']) {
      const others = own.policy('aws:iam/rolePolicy:RolePolicy', `rotate-${family}-policy`).Statement
      expect(JSON.stringify(others)).not.toContain('secretsmanager:RotateSecret')
    }
  })

  it('waits for permission, role policy, the secret’s policy and a first value', () => {
    const needs = {
      'openai-rotation': [
        'rotate-provider-permission',
        'rotate-provider-policy',
        'openai-policy',
        'openai-first-value',
        'openai-admin-first-value',
      ],
      'telegram-bot-rotation': [
        'rotate-supplied-permission',
        'rotate-supplied-policy',
        'telegram-bot-policy',
        'telegram-bot-first-value',
      ],
      'mobile-app-rotation': [
        'rotate-generated-permission',
        'rotate-generated-policy',
        'mobile-app-policy',
        'mobile-app-first-value',
      ],
    }
    for (const [rotation, expected] of Object.entries(needs)) {
      const names = plan.one(ROTATION, rotation).dependencies.map((urn) => urn.split('::').at(-1))
      expect(names).toEqual(expect.arrayContaining(expected))
    }
  })

  it('a minted first value waits for the admin key that mints it', () => {
    const names = plan.one(INVOCATION, 'openai-first-value').dependencies.map((urn) => urn.split('::').at(-1))
    expect(names).toEqual(
      expect.arrayContaining(['openai-admin-first-value', 'rotate-provider-policy', 'openai-policy']),
    )
  })
})

describe('a stack to throw away (part of A14)', () => {
  it('protects nothing when it says so, and only then', async () => {
    const loose = await planStack(parseStackConfig({ ...devSettings(), protect: false }, devValues))
    expect(loose.resources.filter(({ protect }) => protect)).toEqual([])
    expect(plan.resources.filter(({ protect }) => protect).map(({ type }) => type)).toEqual([
      ...Array(3).fill(KEY),
      ...Array(7).fill(SECRET),
    ])
  })
})
