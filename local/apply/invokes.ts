import { GetRoleCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { KeyturnError } from '../../core/errors.ts'
import { awsError, findSubnet, subnetsOf, VPC, zonesOf } from './network.ts'
import type { Properties } from './properties.ts'
import type { ResourceContext } from './resource.ts'
import { getSecret, getSecrets, getSecretVersions } from './secret-invokes.ts'

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
  if (!answer) throw new KeyturnError('not-implemented', `not implemented: ${token} is not known to the local apply.`)
  return answer(inputs, context)
}

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
    names: zonesOf(region),
    zoneIds: zonesOf(region),
  }),
  'aws:ec2/getVpc:getVpc': ({ id = VPC.id, default: isDefault }, { region, accountId }) => {
    if (id !== VPC.id) throw awsError('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`)
    return {
      ...VPC,
      region,
      arn: `arn:aws:ec2:${region}:${accountId}:vpc/${id}`,
      default: isDefault ?? true,
      state: 'available',
    }
  },
  'aws:ec2/getSubnets:getSubnets': (_inputs, { region }) => ({
    id: region,
    region,
    ids: subnetsOf(region).map(({ id }) => id),
  }),
  'aws:secretsmanager/getSecret:getSecret': getSecret,
  'aws:secretsmanager/getSecrets:getSecrets': getSecrets,
  'aws:secretsmanager/getSecretVersions:getSecretVersions': getSecretVersions,
  'aws:ec2/getSubnet:getSubnet': ({ id: asked }, { region, accountId }) => {
    const { id, zone, cidrBlock, isPublic } = findSubnet(region, asked)
    return {
      id,
      region,
      arn: `arn:aws:ec2:${region}:${accountId}:subnet/${id}`,
      vpcId: VPC.id,
      availabilityZone: zone,
      cidrBlock,
      mapPublicIpOnLaunch: isPublic,
      defaultForAz: isPublic,
      availableIpAddressCount: 4_091,
      outpostArn: '',
      state: 'available',
    }
  },
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
