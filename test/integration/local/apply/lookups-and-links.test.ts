import { IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import {
  cloudwatch,
  ec2,
  ecr,
  getAvailabilityZones,
  getCallerIdentity,
  getRegion,
  iam,
  lb,
  route53,
  secretsmanager,
  sns,
} from '@pulumi/aws'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { subnetsOf } from '../../../../local/apply/network.ts'
import { type RunningCloud, startCloud } from '../../../../local/cloud/start-cloud.ts'
import { applyTo, clientOptions, touched } from '../../../helpers/apply/apply-to.ts'

let cloud: RunningCloud
beforeEach(async () => {
  cloud = await startCloud({ port: 0 })
})
afterEach(() => cloud.close())

const apply = applyTo(() => cloud)

describe('applyStack: lookups', () => {
  it('answers what the program asks of the account', async () => {
    const { outputs } = await apply(
      async () => {
        const vpc = await ec2.getVpc({ default: true })
        const subnets = await ec2.getSubnets({ filters: [{ name: 'vpc-id', values: [vpc.id] }] })
        const registry = await ecr.getAuthorizationToken({})
        return {
          account: (await getCallerIdentity({})).accountId,
          region: (await getRegion({})).region,
          zones: (await getAvailabilityZones({})).names,
          vpc: vpc.id,
          subnets: await Promise.all(subnets.ids.map((id) => ec2.getSubnet({ id }))),
          registry: registry.proxyEndpoint,
        }
      },
      { config: { 'aws:region': 'eu-west-1' } },
    )
    expect(outputs).toMatchObject({
      account: '000000000000',
      region: 'eu-west-1',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      registry: 'https://000000000000.dkr.ecr.eu-west-1.amazonaws.com',
    })
    expect(outputs.vpc).toMatch(/^vpc-[0-9a-f]{17}$/)
    expect(outputs.subnets).toMatchObject([
      { availabilityZone: 'eu-west-1a', mapPublicIpOnLaunch: true },
      { availabilityZone: 'eu-west-1b', mapPublicIpOnLaunch: true },
      { availabilityZone: 'eu-west-1c', mapPublicIpOnLaunch: true },
      { availabilityZone: 'eu-west-1a', mapPublicIpOnLaunch: false },
    ])
  })

  it('takes the subnets of a load balancer as AWS does, one in each of two zones', async () => {
    const [a, b, , alsoA] = subnetsOf('eu-central-1').map(({ id }) => id)
    const balancer = (...subnets: (string | undefined)[]) => {
      return apply(async () => {
        new lb.LoadBalancer('balancer', { internal: true, subnets: subnets.map(String) })
        return {}
      })
    }
    await expect(balancer(a, b, alsoA)).rejects.toThrow(
      'InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    )
    await expect(balancer(a)).rejects.toThrow(
      'ValidationError: At least two subnets in two different Availability Zones must be specified',
    )
    await expect(balancer(a, 'subnet-0')).rejects.toThrow("The subnet ID 'subnet-0' does not exist")
    await balancer(b, alsoA)
  })

  it('lets a program handle a question that AWS refuses', async () => {
    const program = async () => ({ told: await ec2.getVpc({ id: 'vpc-0' }).catch(({ message }: Error) => message) })
    expect((await apply(program)).outputs.told).toContain("The vpc ID 'vpc-0' does not exist")
  })

  it('answers which secrets stand, how they are tagged and which versions are labelled', async () => {
    const client = new SecretsManagerClient(clientOptions(cloud))
    const Tags = [{ Key: 'keyturn:stack', Value: 'keyturn/dev' }]
    const { ARN, VersionId = '' } = await client.send(new CreateSecretCommand({ Name: 'one', SecretString: 'v', Tags }))
    await client.send(new CreateSecretCommand({ Name: 'other', SecretString: 'v' }))
    const { outputs } = await apply(async () => {
      const filters = [
        { name: 'tag-key', values: ['keyturn:stack'] },
        { name: 'tag-value', values: ['keyturn/dev'] },
      ]
      const { arns, names } = await secretsmanager.getSecrets({ filters })
      const { tags, name } = await secretsmanager.getSecret({ arn: arns[0] ?? '' })
      const { versions } = await secretsmanager.getSecretVersions({ secretId: arns[0] ?? '' })
      return {
        arns,
        names,
        tags,
        name,
        versions: versions.map(({ versionId, versionStages }) => ({ versionId, versionStages })),
      }
    })
    expect(outputs).toEqual({
      arns: [ARN],
      names: ['one'],
      tags: { 'keyturn:stack': 'keyturn/dev' },
      name: 'one',
      versions: [{ versionId: VersionId, versionStages: ['AWSCURRENT'] }],
    })
    client.destroy()
  })

  it('refuses a question that it cannot answer, by name', async () => {
    const program = async () => ({ zone: (await route53.getZone({ name: 'example.com' })).zoneId })
    await expect(apply(program)).rejects.toThrow('not implemented: aws:route53/getZone:getZone')
  })
})

describe('applyStack: links between things', () => {
  it('attaches a policy to a role, and detaches it', async () => {
    const client = new IAMClient(clientOptions(cloud))
    const policyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    const program = (attached: boolean) => async () => {
      const role = new iam.Role('role', { name: 'reader', assumeRolePolicy: '{"Version":"2012-10-17","Statement":[]}' })
      if (attached) new iam.RolePolicyAttachment('read', { role: role.name, policyArn })
      return {}
    }
    const policies = async () => {
      const { AttachedPolicies } = await client.send(new ListAttachedRolePoliciesCommand({ RoleName: 'reader' }))
      return AttachedPolicies?.map(({ PolicyName }) => PolicyName) ?? []
    }

    const { state } = await apply(program(true))
    expect(await policies()).toEqual(['AWSLambdaBasicExecutionRole'])
    expect(touched(await apply(program(false), { state }))).toEqual(['delete read'])
    expect(await policies()).toEqual([])
    client.destroy()
  })

  it('has a rule send events to a topic, changes what it sends, and takes both back', async () => {
    const program = (source: string | undefined) => async () => {
      const topic = new sns.Topic('topic', { name: 'alerts' })
      if (source === undefined) return {}
      const rule = new cloudwatch.EventRule('rule', {
        name: 'heard',
        eventPattern: JSON.stringify({ source: [source] }),
      })
      new cloudwatch.EventTarget('target', { rule: rule.name, targetId: 'topic', arn: topic.arn })
      return {}
    }
    const rule = () => cloud.cloud.state.events.rules.heard
    const first = await apply(program('one'))
    expect(rule()?.pattern).toBe('{"source":["one"]}')
    expect(rule()?.targets).toEqual([{ id: 'topic', arn: 'arn:aws:sns:eu-central-1:000000000000:alerts' }])
    const second = await apply(program('two'), { state: first.state })
    expect(touched(second)).toEqual(['update rule'])
    expect(rule()?.pattern).toBe('{"source":["two"]}')
    expect(touched(await apply(program(undefined), { state: second.state }))).toEqual(['delete target', 'delete rule'])
    expect(rule()).toBeUndefined()
  })

  it('subscribes to a topic, and takes the subscription back', async () => {
    const program = (endpoint: string | undefined) => async () => {
      const topic = new sns.Topic('topic', { name: 'alerts' })
      if (endpoint) new sns.TopicSubscription('hook', { topic: topic.arn, protocol: 'email', endpoint })
      return { arn: topic.arn }
    }
    const { state, outputs } = await apply(program('on-call@example.com'))
    const TopicArn = String(outputs.arn)
    const endpoints = () => cloud.cloud.state.sns.topics[TopicArn]?.subscriptions.map(({ endpoint }) => endpoint)
    expect(endpoints()).toEqual(['on-call@example.com'])
    await apply(program(undefined), { state })
    expect(endpoints()).toEqual([])
  })
})
