import { createHash } from 'node:crypto'
import type { Properties } from './properties.ts'

/** The network of a fresh account: one VPC with a public subnet in each zone, and a private one that somebody added. */
export const VPC = { id: 'vpc-0a1b2c3d4e5f60718', cidrBlock: '172.31.0.0/16' }

export interface LocalSubnet {
  readonly id: string
  readonly zone: string
  readonly cidrBlock: string
  readonly isPublic: boolean
}

export const zonesOf = (region: string): string[] => ['a', 'b', 'c'].map((zone) => region + zone)

export function subnetsOf(region: string): readonly LocalSubnet[] {
  const zones = zonesOf(region)
  const subnet = (name: string, zone: string, third: number, isPublic: boolean): LocalSubnet => {
    const id = `subnet-${createHash('sha256').update(name).digest('hex').slice(0, 17)}`
    return { id, zone, cidrBlock: `172.31.${third}.0/20`, isPublic }
  }
  return [
    ...zones.map((zone, index) => subnet(zone, zone, 16 * index, true)),
    ...zones.slice(0, 1).map((zone) => subnet(`${zone}-private`, zone, 240, false)),
  ]
}

/** @throws Error as AWS's provider answers */
export function findSubnet(region: string, id: unknown): LocalSubnet {
  const subnet = subnetsOf(region).find((one) => one.id === id)
  if (subnet) return subnet
  throw awsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`)
}

/**
 * What AWS demands of the subnets of an Application Load Balancer.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 * @throws Error in AWS's words
 */
export function checkLoadBalancerSubnets({ subnets, loadBalancerType }: Properties, region: string): void {
  if (loadBalancerType !== undefined && loadBalancerType !== 'application') return
  const zones = (Array.isArray(subnets) ? subnets : []).map((id) => findSubnet(region, id).zone)
  if (new Set(zones).size < zones.length) {
    const message = 'A load balancer cannot be attached to multiple subnets in the same Availability Zone'
    throw awsError('InvalidConfigurationRequest', message)
  }
  if (zones.length < 2) {
    throw awsError('ValidationError', 'At least two subnets in two different Availability Zones must be specified')
  }
}

export const awsError = (name: string, message: string): Error => Object.assign(new Error(message), { name })
