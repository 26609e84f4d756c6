import { ServiceError } from '../../protocol/service-error.ts'

/** A policy that is attached by its ARN. */
export interface ManagedPolicy {
  readonly name: string
  /** JSON text. */
  readonly document: string
}

/** Statements of a policy: actions on every resource. */
type Grants = readonly { readonly Sid?: string; readonly Action: readonly string[] }[]

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']

/** AWS-managed policies that people attach by ARN, by path and name (docs.aws.amazon.com/aws-managed-policy/latest/reference). */
const POLICIES: Readonly<Record<string, Grants>> = {
  'service-role/AWSLambdaBasicExecutionRole': [{ Action: LOGS }],
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    {
      Sid: 'AWSLambdaVPCAccessExecutionPermissions',
      Action: [
        ...LOGS,
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
    },
  ],
  'service-role/AmazonECSTaskExecutionRolePolicy': [
    {
      Action: [
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchGetImage',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ],
    },
  ],
  AWSXRayDaemonWriteAccess: [
    {
      Sid: 'AWSXRayDaemonWriteAccess',
      Action: [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ],
    },
  ],
  AdministratorAccess: [{ Action: ['*'] }],
}

const PREFIX = 'arn:aws:iam::aws:policy/'

/** One of AWS's own policies. @throws ServiceError `NoSuchEntity` for one that the local cloud does not know */
export function findManagedPolicy(arn: string): ManagedPolicy {
  const policy = managedPolicy(arn)
  if (policy) return policy
  const hint = `Of AWS's own the local cloud knows ${managedPolicyArns()}, and it has no policies of the account's own: write the statements that the role needs into the role.`
  throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable. ${hint}`, 404)
}

export function managedPolicy(arn: string): ManagedPolicy | undefined {
  const pathAndName = arn.startsWith(PREFIX) ? arn.slice(PREFIX.length) : ''
  const statements = Object.hasOwn(POLICIES, pathAndName) ? POLICIES[pathAndName] : undefined
  if (!statements) return undefined
  const slash = pathAndName.lastIndexOf('/') + 1
  return {
    name: pathAndName.slice(slash),
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: statements.map((statement) => ({ ...statement, Effect: 'Allow', Resource: '*' })),
    }),
  }
}

/** What may be attached, for the message about what may not. */
const managedPolicyArns = (): string =>
  Object.keys(POLICIES)
    .map((name) => PREFIX + name)
    .join(', ')
