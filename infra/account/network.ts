import { getSubnet } from '@pulumi/aws/ec2/getSubnet.js'
import { getSubnets } from '@pulumi/aws/ec2/getSubnets.js'
import { getVpc } from '@pulumi/aws/ec2/getVpc.js'
import { KeyturnError } from '../../core/errors.ts'
import type { NetworkSettings } from '../config/schema.ts'
import { checkForLoadBalancer, checkForTasks, chooseForLoadBalancer, chooseForTasks, type Subnet } from './subnets.ts'

/** Where the proxy lives. */
export interface Network {
  readonly vpcId: string
  /** One in each zone. */
  readonly loadBalancerSubnets: readonly Subnet[]
  readonly taskSubnets: readonly Subnet[]
  readonly assignPublicIp: boolean
}

/** What the load balancer asks of its subnets. */
export interface FrontDoor {
  readonly internal: boolean
  readonly region: string
}

/**
 * The VPC that the config names, or the account's default one, whose tasks need public addresses to reach out; and in it
 * the subnets that the config names, or those that fit.
 * @throws KeyturnError `network-unknown`, `load-balancer-subnets`, `task-subnets` (needs-human)
 */
export async function findNetwork(settings: NetworkSettings, { internal, region }: FrontDoor): Promise<Network> {
  const { vpcId: asked, loadBalancerSubnetIds, taskSubnetIds, assignPublicIp = asked === undefined } = settings
  const vpcId = await findVpc(asked)
  const all = loadBalancerSubnetIds && taskSubnetIds ? [] : await subnetsOf(vpcId)
  const loadBalancerSubnets = loadBalancerSubnetIds
    ? checkForLoadBalancer(await read(loadBalancerSubnetIds), vpcId)
    : chooseForLoadBalancer(all, internal, region)
  const taskSubnets = taskSubnetIds
    ? checkForTasks(await read(taskSubnetIds), loadBalancerSubnets, vpcId)
    : chooseForTasks(all, loadBalancerSubnets, assignPublicIp)
  return { vpcId, loadBalancerSubnets, taskSubnets, assignPublicIp }
}

/** What was chosen, for a person to read. */
export const tellNetwork = ({ vpcId, loadBalancerSubnets, taskSubnets, assignPublicIp }: Network) => ({
  vpcId,
  loadBalancerSubnets: Object.fromEntries(loadBalancerSubnets.map(({ zone, id }) => [zone, id])),
  taskSubnets: taskSubnets.map(({ id }) => id),
  tasksHavePublicAddresses: assignPublicIp,
})

async function findVpc(asked: string | undefined): Promise<string> {
  const answer = getVpc(asked === undefined ? { default: true } : { id: asked })
  const { id } = await answer.catch((cause: unknown) => {
    throw unknownNetwork(
      asked === undefined ? 'This Region has no default VPC' : `The VPC ${asked} was not found`,
      cause,
    )
  })
  return id
}

async function subnetsOf(vpcId: string): Promise<readonly Subnet[]> {
  const { ids } = await getSubnets({ filters: [{ name: 'vpc-id', values: [vpcId] }] })
  return read(ids)
}

const read = (ids: readonly string[]): Promise<Subnet[]> => Promise.all(ids.map(readSubnet))

async function readSubnet(id: string): Promise<Subnet> {
  const found = await getSubnet({ id }).catch((cause: unknown) => {
    throw unknownNetwork(`The subnet ${id} was not found`, cause)
  })
  return {
    id,
    vpcId: found.vpcId,
    zone: found.availabilityZone,
    cidr: found.cidrBlock,
    isPublic: found.mapPublicIpOnLaunch,
    outpostArn: found.outpostArn,
  }
}

const unknownNetwork = (what: string, cause: unknown): Error =>
  new KeyturnError(
    'network-unknown',
    `${what}, or may not be looked up. Set "keyturn:network" in the stack config: aws ec2 describe-subnets --query 'Subnets[].[VpcId,SubnetId,AvailabilityZone]'`,
    cause,
  )
