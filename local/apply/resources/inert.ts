import { createHash } from 'node:crypto'
import { z } from 'zod'
import { checkLoadBalancerSubnets } from '../network.ts'
import type { Properties } from '../properties.ts'
import { autoName, defineResource, type Resource, type ResourceContext, type ResourceHandler } from '../resource.ts'

/**
 * Resources with nothing behind them on a laptop: networks, load balancers, image registries, scaling rules. They are
 * recorded with outputs of the right shape, and any change is taken.
 */
export const inertResources: Readonly<Record<string, ResourceHandler>> = {
  'aws:lb/loadBalancer:LoadBalancer': inert((inputs, context) => {
    const name = named(inputs, context)
    const suffix = `app/${name}/${hex(name, 16)}`
    return {
      id: arn('elasticloadbalancing', `loadbalancer/${suffix}`, context),
      outputs: { name, arnSuffix: suffix, dnsName: context.loadBalancerHost, zoneId: 'Z215JYRZR1TBD5' },
    }
  }, checkLoadBalancerSubnets),
  'aws:lb/targetGroup:TargetGroup': inert((inputs, context) => {
    const name = named(inputs, context)
    const suffix = `targetgroup/${name}/${hex(name, 16)}`
    return { id: arn('elasticloadbalancing', suffix, context), outputs: { name, arnSuffix: suffix } }
  }),
  'aws:lb/listener:Listener': inert((_inputs, context) => ({
    id: arn('elasticloadbalancing', `listener/app/${context.name}/${hex(context.name, 16)}`, context),
    outputs: {},
  })),
  'aws:lb/listenerRule:ListenerRule': inert((_inputs, context) => ({
    id: arn('elasticloadbalancing', `listener-rule/app/${context.name}/${hex(context.name, 16)}`, context),
    outputs: {},
  })),
  'aws:ec2/securityGroup:SecurityGroup': inert((inputs, context) => {
    const id = `sg-${hex(context.name, 17)}`
    const outputs = {
      arn: arn('ec2', `security-group/${id}`, context),
      name: named(inputs, context),
      ownerId: context.accountId,
    }
    return { id, outputs }
  }),
  'aws:ec2/securityGroupRule:SecurityGroupRule': inert((_inputs, { name }) => rule(name)),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': inert((_inputs, { name }) => rule(name)),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': inert((_inputs, { name }) => rule(name)),
  'aws:appautoscaling/target:Target': inert((inputs, context) => ({
    id: String(inputs.resourceId),
    outputs: { arn: arn('application-autoscaling', `scalable-target/${hex(String(inputs.resourceId), 32)}`, context) },
  })),
  'aws:appautoscaling/policy:Policy': inert((inputs, context) => {
    const name = named(inputs, context)
    return {
      id: name,
      outputs: { name, arn: arn('autoscaling', `scalingPolicy:${hex(name, 32)}`, context), alarmArns: [] },
    }
  }),
  'aws:ecr/repository:Repository': inert((inputs, context) => {
    const name = named(inputs, context)
    const registry = `${context.accountId}.dkr.ecr.${context.region}.amazonaws.com`
    return {
      id: name,
      outputs: {
        name,
        arn: arn('ecr', `repository/${name}`, context),
        registryId: context.accountId,
        repositoryUrl: `${registry}/${name}`,
      },
    }
  }),
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': inert((inputs, { accountId }) => ({
    id: String(inputs.repository),
    outputs: { registryId: accountId },
  })),
}

function inert(
  describe: (inputs: Properties, context: ResourceContext) => Resource,
  refuse: (inputs: Properties, region: string) => void = () => {},
): ResourceHandler {
  return defineResource({
    inputs: z.record(z.string(), z.unknown()),
    replaceOn: ['name', 'namePrefix', 'resourceId', 'repository'],
    create: async (inputs, context) => {
      refuse(inputs, context.region)
      const { id, outputs } = describe(inputs, context)
      return { id, outputs: { ...(id.startsWith('arn:') && { arn: id }), tagsAll: inputs.tags ?? {}, ...outputs } }
    },
    update: async (_existing, inputs, { region }) => {
      refuse(inputs, region)
      return { tagsAll: inputs.tags ?? {} }
    },
  })
}

const named = ({ name, namePrefix }: Properties, context: ResourceContext): string =>
  typeof name === 'string' ? name : autoName(context, typeof namePrefix === 'string' ? namePrefix : undefined)

const rule = (name: string): Resource => ({
  id: `sgr-${hex(name, 17)}`,
  outputs: { securityGroupRuleId: `sgr-${hex(name, 17)}` },
})

const arn = (service: string, rest: string, { region, accountId }: ResourceContext) =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`

const hex = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length)
