import { getSubnets } from '@pulumi/aws/ec2/getSubnets.js'
import { getVpc } from '@pulumi/aws/ec2/getVpc.js'
import type { NetworkSettings } from '../config/schema.ts'

/** Where the proxy lives. */
export interface Network {
  readonly vpcId: string
  readonly vpcCidr: string
  readonly loadBalancerSubnetIds: readonly string[]
  readonly taskSubnetIds: readonly string[]
  readonly assignPublicIp: boolean
}

/** The VPC that the config names, or the account's default one, whose tasks need public addresses to reach out. */
export async function findNetwork(settings: NetworkSettings): Promise<Network> {
  const { vpcId, loadBalancerSubnetIds, taskSubnetIds } = settings
  const vpc = await getVpc(vpcId === undefined ? { default: true } : { id: vpcId })
  const all = await allSubnets(vpc.id, loadBalancerSubnetIds === undefined || taskSubnetIds === undefined)
  return {
    vpcId: vpc.id,
    vpcCidr: vpc.cidrBlock,
    loadBalancerSubnetIds: loadBalancerSubnetIds ?? all,
    taskSubnetIds: taskSubnetIds ?? all,
    assignPublicIp: settings.assignPublicIp ?? vpcId === undefined,
  }
}

async function allSubnets(vpcId: string, needed: boolean): Promise<readonly string[]> {
  if (!needed) return []
  const { ids } = await getSubnets({ filters: [{ name: 'vpc-id', values: [vpcId] }] })
  return [...ids].sort()
}
