import { createHash } from 'node:crypto'
import { GetRoleCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { terminal } from '../../core/errors.ts'
import type { Properties } from './properties.ts'
import type { ResourceContext } from './resource.ts'

type Invoke = (inputs: Properties, context: Omit<ResourceContext, 'name'>) => Properties | Promise<Properties>

/**
 * Answers a question that the program asks of the provider.
 * @throws KeyturnError `not-implemented` for a function outside this table
 */
export async function invoke(
  token: string,
  inputs: Properties,
  context: Omit<ResourceContext, 'name'>,
): Promise<Properties> {
  const answer = invokes[token]
  if (!answer) throw terminal('not-implemented', `not implemented: ${token} is not known to the local apply.`)
  return answer(inputs, context)
}

const VPC_ID = 'vpc-0a1b2c3d4e5f60718'

const invokes: Readonly<Record<string, Invoke>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': async (_inputs, { clients }) => {
    const { Account, Arn, UserId } = await clients.sts.send(new GetCallerIdentityCommand({}))
    return { accountId: Account, arn: Arn, userId: UserId, id: Account }
  },
  'aws:iam/getRole:getRole': async ({ name }, { clients }) => {
    const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName: String(name) }))
    return { id: Role?.RoleName, name: Role?.RoleName, arn: Role?.Arn, path: Role?.Path, uniqueId: Role?.RoleId }
  },
  'aws:index/getPartition:getPartition': () => ({ id: 'aws', partition: 'aws', dnsSuffix: 'amazonaws.com' }),
  'aws:index/getRegion:getRegion': ({ region: asked }, { region }) => {
    const name = typeof asked === 'string' ? asked : region
    return { id: name, name, region: name, endpoint: `ec2.${name}.amazonaws.com`, description: name }
  },
  'aws:index/getAvailabilityZones:getAvailabilityZones': (_inputs, { region }) => ({
    id: region,
    region,
    names: zones(region),
    zoneIds: zones(region),
  }),
  'aws:ec2/getVpc:getVpc': ({ id }, { region, accountId }) => {
    const vpcId = typeof id === 'string' ? id : VPC_ID
    return {
      id: vpcId,
      region,
      arn: `arn:aws:ec2:${region}:${accountId}:vpc/${vpcId}`,
      cidrBlock: '172.31.0.0/16',
      default: id === undefined,
      state: 'available',
    }
  },
  'aws:ec2/getSubnets:getSubnets': (_inputs, { region }) => ({
    id: region,
    region,
    ids: zones(region).map((zone) => `subnet-${createHash('sha256').update(zone).digest('hex').slice(0, 17)}`),
  }),
  'aws:ecr/getAuthorizationToken:getAuthorizationToken': (_inputs, { region, accountId, clock }) => ({
    id: region,
    region,
    userName: 'AWS',
    // Good for nothing: no image is pushed anywhere in local mode.
    password: 'local-registry-password',
    authorizationToken: Buffer.from('AWS:local-registry-password').toString('base64'),
    proxyEndpoint: `https://${accountId}.dkr.ecr.${region}.amazonaws.com`,
    expiresAt: new Date(clock.now().getTime() + 12 * 3_600_000).toISOString(),
  }),
}

const zones = (region: string): string[] => ['a', 'b', 'c'].map((zone) => region + zone)
