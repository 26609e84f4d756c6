import { describe, expect, it, vi } from 'vitest'
import { parseStackConfig } from '../../../../infra/config/parse.ts'
import { type DevSettings, devSettings, devValues } from '../../../helpers/infra/dev-config.ts'
import { ACCOUNT, planStack, REGION } from '../../../helpers/infra/plan-stack.ts'

// None of the shipped strategies reaches into a VPC.
vi.mock(import('../../../../lambdas/strategies/registry.ts'), async (original) => {
  const registry = await original()
  const database = { ...registry.random, kind: 'database', family: 'database', network: 'vpc' }
  return { ...registry, database } as never
})

const network = { functionSubnetIds: ['subnet-0a', 'subnet-0b'], functionSecurityGroupIds: ['sg-0c'] }

/** The shipped secrets, and one of a strategy inside the VPC. */
function withDatabase(change: object): DevSettings {
  const settings = devSettings()
  const password = settings.secrets.find(({ name }) => name === 'reporting-password')
  if (!password) throw new Error('the shipped config has it no longer')
  settings.secrets.push({ ...password, name: 'orders-db', strategy: 'database' })
  return { ...settings, ...change }
}

const problemsOf = (settings: DevSettings): readonly string[] => {
  try {
    parseStackConfig(settings, devValues)
    return []
  } catch (error) {
    return (error as { problems: { path: string; message: string }[] }).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    )
  }
}

describe('the network of functions', () => {
  it('is given to the function whose strategy needs it, and to no other', async () => {
    const plan = await planStack(parseStackConfig(withDatabase({ network }), devValues))
    const placed = plan.ofType('aws:lambda/function:Function').filter(({ inputs }) => inputs.vpcConfig !== undefined)
    expect(placed.map(({ name, inputs }) => [name, inputs.vpcConfig])).toEqual([
      ['rotate-database-function', { subnetIds: ['subnet-0a', 'subnet-0b'], securityGroupIds: ['sg-0c'] }],
    ])
  })

  it('lets Lambda join it under that function’s role alone, and refuses the same to its code', async () => {
    const plan = await planStack(parseStackConfig(withDatabase({ network }), devValues))
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ]
    const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:keyturn-dev-rotate-database`
    const granting = plan
      .ofType('aws:iam/rolePolicy:RolePolicy')
      .filter(({ inputs }) => JSON.stringify(inputs).includes('ec2:'))
    expect(granting.map(({ name }) => name)).toEqual(['rotate-database-policy'])
    const statements = plan.policy('aws:iam/rolePolicy:RolePolicy', 'rotate-database-policy').Statement
    expect(statements.filter(({ Action }) => Action.some((action) => action.startsWith('ec2:')))).toEqual([
      { Sid: 'JoinNetwork', Effect: 'Allow', Action: actions, Resource: ['*'] },
      {
        Sid: 'NotFromItsCode',
        Effect: 'Deny',
        Action: actions,
        Resource: ['*'],
        Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      },
    ])
  })

  it('must be in the config where a secret needs it, and may be there where none does', () => {
    expect(problemsOf(withDatabase({}))).toEqual([
      expect.stringMatching(/network\.functionSubnetIds: is missing: "orders-db" has strategy "database"/),
      expect.stringMatching(/network\.functionSecurityGroupIds: is missing: "orders-db" has strategy "database"/),
    ])
    expect(problemsOf({ ...devSettings(), network })).toEqual([])
  })

  it('is told once where it is there and wrong', () => {
    const wrong = { ...network, functionSubnetIds: ['vpc-0a'] }
    expect(problemsOf(withDatabase({ network: wrong }))).toEqual([
      expect.stringMatching(/network\.functionSubnetIds\[0\]: must be subnet ids/),
    ])
  })
})
