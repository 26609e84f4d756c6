import { describe, expect, it } from 'vitest'
import { ACCOUNT, allow, decide, deny, rotator, SECRET, service } from './fixtures.ts'

const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/1234`
/** A policy variable, which a test writes apart so that it is not taken for a template. */
const variable = (expression: string): string => `$\{${expression}}`
const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` }

describe('identity policies (E)', () => {
  it('allow a call and name the statement and the patterns that did', () => {
    const decision = decide([
      {
        Sid: 'ReadOwn',
        Effect: 'Allow',
        Action: ['secretsmanager:Get*', 'kms:Decrypt'],
        Resource: [SECRET, 'arn:aws:sns:*:*:*'],
      },
    ])

    expect(decision).toEqual({
      allowed: true,
      by: {
        kind: 'identity',
        holder: 'rotator',
        policy: 'inline',
        sid: 'ReadOwn',
        action: 'secretsmanager:Get*',
        resource: SECRET,
      },
      grants: [expect.objectContaining({ action: 'secretsmanager:Get*', resource: SECRET })],
    })
  })

  it('refuse by default, in the words of AWS', () => {
    expect(decide([allow({ Action: 'secretsmanager:DescribeSecret' })])).toEqual({
      allowed: false,
      reason: 'no-identity-policy',
      message:
        `User: arn:aws:sts::${ACCOUNT}:assumed-role/rotator/session is not authorized to perform: ` +
        `secretsmanager:GetSecretValue on resource: ${SECRET} because no identity-based policy allows the ` +
        'secretsmanager:GetSecretValue action',
    })
  })

  it('refuse with an explicit deny whatever else allows', () => {
    const decision = decide([allow(), deny({ Action: 'secretsmanager:Get*' })], {}, [allow({ Principal: '*' })])

    expect(decision).toMatchObject({
      allowed: false,
      reason: 'explicit-deny',
      message: expect.stringMatching(/with an explicit deny in an identity-based policy$/),
    })
  })

  it('compare actions without regard to case and resources with it', () => {
    expect(decide([allow({ Action: 'SecretsManager:getsecretVALUE' })]).allowed).toBe(true)
    expect(decide([allow({ Resource: SECRET.replace('openai', 'OpenAI') })]).allowed).toBe(false)
  })

  it('keep a wildcard inside its part of the ARN', () => {
    expect(decide([allow({ Resource: 'arn:aws:secretsmanager:*:*:secret:keyturn/dev/*' })]).allowed).toBe(true)
    expect(decide([allow({ Resource: 'arn:aws:*' })]).allowed).toBe(false)
    expect(decide([allow({ Resource: 'arn:aws:secretsmanager:*:secret:keyturn/dev/*' })]).allowed).toBe(false)
  })

  it.each([
    ['NotAction that leaves the action out', allow({ Action: undefined, NotAction: 'kms:*' }), true],
    ['NotAction that lists it', allow({ Action: undefined, NotAction: ['secretsmanager:*'] }), false],
    [
      'NotResource that leaves the resource out',
      allow({ Resource: undefined, NotResource: 'arn:aws:sns:*:*:*' }),
      true,
    ],
    ['NotResource that lists it', allow({ Resource: undefined, NotResource: SECRET }), false],
  ])('read %s', (_, statement, allowed) => {
    expect(decide([statement]).allowed).toBe(allowed)
  })

  it('put policy variables in as literal text, and match nothing when one has no value', () => {
    const statement = allow({
      Resource: `arn:aws:secretsmanager:*:*:secret:keyturn/${variable('aws:PrincipalTag/stack')}/*`,
    })
    const on = (stack?: string) =>
      decide([statement], { context: stack === undefined ? {} : { 'aws:PrincipalTag/stack': stack } })

    expect(on('dev').allowed).toBe(true)
    expect(on('prod').allowed).toBe(false)
    expect(on('*').allowed).toBe(false)
    expect(on().allowed).toBe(false)
  })

  it('use the default of a policy variable', () => {
    const statement = allow({
      Resource: `arn:aws:secretsmanager:*:*:secret:keyturn/${variable("aws:PrincipalTag/stack, 'dev'")}/*`,
    })
    expect(decide([statement]).allowed).toBe(true)
  })
})

describe('resource policies (E)', () => {
  it.each([
    ['its role', { AWS: rotator.roleArn }, true],
    ['its session', { AWS: rotator.arn }, true],
    ['everyone', '*', true],
    ['another role', { AWS: `arn:aws:iam::${ACCOUNT}:role/other` }, false],
    ['its account, which only hands over to identity policies', ROOT, false],
    ['a service', { Service: 'lambda.amazonaws.com' }, false],
  ])('that name %s', (_, Principal, allowed) => {
    expect(decide([], {}, [allow({ Principal })]).allowed).toBe(allowed)
  })

  it('that name nobody speak about nobody', () => {
    expect(decide([], {}, [allow()]).allowed).toBe(false)
  })

  it('deny through the account or NotPrincipal', () => {
    expect(decide([allow()], {}, [deny({ Principal: ROOT })])).toMatchObject({
      reason: 'explicit-deny',
      message: expect.stringContaining('in a resource-based policy'),
    })
    expect(decide([allow()], {}, [deny({ NotPrincipal: { AWS: rotator.roleArn } })]).allowed).toBe(true)
    expect(decide([allow()], {}, [deny({ NotPrincipal: { AWS: `${rotator.roleArn}2` } })]).allowed).toBe(false)
  })

  it('let a service in on its conditions only', () => {
    const statement = {
      Sid: 'SecretsManager',
      Effect: 'Allow',
      Principal: { Service: 'secretsmanager.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: '*',
      Condition: { StringEquals: { 'AWS:SourceAccount': ACCOUNT } },
    }
    const asked = { principal: service('secretsmanager.amazonaws.com'), action: 'lambda:InvokeFunction' }

    expect(decide([], { ...asked, context: { 'aws:SourceAccount': ACCOUNT } }, [statement]).allowed).toBe(true)
    expect(decide([], { ...asked, context: { 'aws:SourceAccount': '1' } }, [statement])).toMatchObject({
      reason: 'no-resource-policy',
    })
    expect(decide([], asked, [statement]).allowed).toBe(false)
  })
})

describe('key policies and trust policies (E)', () => {
  const asked = { action: 'kms:Decrypt', resource: KEY }

  it('must allow: an identity policy alone opens no key', () => {
    expect(decide([allow()], asked, [allow({ Principal: { Service: 'lambda.amazonaws.com' } })])).toMatchObject({
      reason: 'no-resource-policy',
      message: expect.stringMatching(/because no resource-based policy allows the kms:Decrypt action$/),
    })
  })

  it('hand over to identity policies by naming the account, and count both as used', () => {
    const delegating = allow({ Sid: 'Account', Principal: ROOT })

    expect(decide([], asked, [delegating])).toMatchObject({ reason: 'no-identity-policy' })
    expect(decide([allow({ Sid: 'Own' })], asked, [delegating])).toMatchObject({
      by: { holder: 'rotator', sid: 'Own' },
      grants: [{ sid: 'Own' }, { sid: 'Account', holder: KEY }],
    })
  })

  it('allow by themselves when they name the role', () => {
    expect(decide([], asked, [allow({ Principal: { AWS: rotator.roleArn } })]).allowed).toBe(true)
  })

  it('decide who assumes a role', () => {
    const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }
    const assume = { action: 'sts:AssumeRole', resource: rotator.roleArn }

    expect(decide([], { ...assume, principal: service('lambda.amazonaws.com') }, [trust]).allowed).toBe(true)
    expect(decide([], { ...assume, principal: service('ecs-tasks.amazonaws.com') }, [trust]).allowed).toBe(false)
    expect(decide([allow()], assume, [trust]).allowed).toBe(false)
  })
})
