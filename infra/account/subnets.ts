import { KeyturnError } from '../../core/errors.ts'

/** What of a subnet decides where things go. */
export interface Subnet {
  readonly id: string
  readonly vpcId: string
  /** `eu-central-1a` */
  readonly zone: string
  readonly cidr: string
  /** Gives what starts in it a public address: how AWS and its tools mark a subnet with a way from the internet. */
  readonly isPublic: boolean
  /** Set for a subnet on premises. */
  readonly outpostArn?: string
}

/** AWS demands two zones of an Application Load Balancer, and takes one subnet of each. */
const ZONES = 2

/** The smallest subnet that AWS takes for one: /27. */
const SMALLEST = 27

/**
 * One subnet in each zone for the load balancer: private ones first for an internal one, which callers reach inside of
 * the VPC anyway; public ones alone for one that faces the internet. The same choice at each run, whatever runs there.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
 * @throws KeyturnError `load-balancer-subnets` (needs-human)
 */
export function chooseForLoadBalancer(all: readonly Subnet[], internal: boolean, region: string): readonly Subnet[] {
  const usable = all.filter((subnet) => isOrdinary(subnet, region) && (internal || subnet.isPublic))
  const preferred = [...usable].sort((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1))
  const chosen = [...Map.groupBy(preferred, ({ zone }) => zone).values()].flatMap(([first]) => first ?? [])
  if (chosen.length >= ZONES) return chosen.sort(byZone)
  const kind = internal ? 'subnets' : 'subnets that give out public addresses'
  throw unfit(
    `its VPC has such ${kind} in ${chosen.length === 0 ? 'no zone' : `one zone, ${chosen[0]?.zone}`}. ` +
      `Found: ${all.map(tell).join(', ') || 'none'}. Make one in another zone, name another "keyturn:network.vpcId"` +
      `${internal ? '' : ', or list the right ones in "keyturn:network.loadBalancerSubnetIds"'}.`,
  )
}

/**
 * The same for subnets that the config names.
 * @throws KeyturnError `load-balancer-subnets` (needs-human)
 */
export function checkForLoadBalancer(given: readonly Subnet[], vpcId: string): readonly Subnet[] {
  const zones = Map.groupBy(given, ({ zone }) => zone)
  const shared = [...zones.values()].find(({ length }) => length > 1)
  const foreign = given.find((subnet) => subnet.vpcId !== vpcId)
  const setting = '"keyturn:network.loadBalancerSubnetIds"'
  if (foreign) throw unfit(`${foreign.id} in ${setting} belongs to ${foreign.vpcId}, not to ${vpcId}.`)
  if (shared) throw unfit(`${setting} has ${shared.map(tell).join(' and ')}. Keep one of them.`)
  if (zones.size < ZONES) throw unfit(`${setting} has ${given.map(tell).join(', ')} alone. Add one in another zone.`)
  return [...given].sort(byZone)
}

/**
 * Where tasks go: into the load balancer's zones, for it sends nothing to others, and there into subnets that fit how
 * they reach out, where there are any.
 */
export function chooseForTasks(
  all: readonly Subnet[],
  loadBalancer: readonly Subnet[],
  withPublicIp: boolean,
): readonly Subnet[] {
  const zones = new Set(loadBalancer.map(({ zone }) => zone))
  const reachable = all.filter(({ zone, outpostArn }) => zones.has(zone) && !outpostArn)
  const fitting = reachable.filter(({ isPublic }) => isPublic === withPublicIp)
  return [...(fitting.length > 0 ? fitting : reachable)].sort(byZone)
}

/** @throws KeyturnError `task-subnets` (needs-human) */
export function checkForTasks(given: readonly Subnet[], loadBalancer: readonly Subnet[], vpcId: string) {
  const zones = loadBalancer.map(({ zone }) => zone)
  const wrong = given.find((subnet) => subnet.vpcId !== vpcId || !zones.includes(subnet.zone))
  if (!wrong) return [...given].sort(byZone)
  throw new KeyturnError(
    'task-subnets',
    `"keyturn:network.taskSubnetIds" has ${tell(wrong)} of ${wrong.vpcId}. The load balancer reaches tasks of ${vpcId} in its own ` +
      `zones alone: ${zones.join(', ')}. Name a subnet there, or give the load balancer one in that zone.`,
  )
}

const rank = ({ isPublic }: Subnet): number => (isPublic ? 1 : 0)

/** A zone of the Region itself: no Local Zone, no Wavelength Zone, no Outpost. */
const isOrdinary = ({ zone, cidr, outpostArn }: Subnet, region: string): boolean =>
  zone.startsWith(region) && zone.length === region.length + 1 && !outpostArn && Number(cidr.split('/')[1]) <= SMALLEST

const byZone = (one: Subnet, other: Subnet): number =>
  one.zone === other.zone ? (one.id < other.id ? -1 : 1) : one.zone < other.zone ? -1 : 1

const tell = ({ id, zone, isPublic }: Subnet): string => `${id} (${zone}, ${isPublic ? 'public' : 'private'})`

const unfit = (why: string): Error =>
  new KeyturnError('load-balancer-subnets', `A load balancer needs one subnet in each of two or more zones; ${why}`)
