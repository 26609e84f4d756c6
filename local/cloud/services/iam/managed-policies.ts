import type { PolicyRecord } from './state.ts'

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

export const isManagedByAws = (arn: string): boolean => arn.startsWith(PREFIX)

/** An AWS-managed policy that the local cloud knows. */
export function managedPolicy(arn: string): PolicyRecord | undefined {
  const pathAndName = isManagedByAws(arn) ? arn.slice(PREFIX.length) : ''
  const statements = Object.hasOwn(POLICIES, pathAndName) ? POLICIES[pathAndName] : undefined
  if (!statements) return undefined
  const slash = pathAndName.lastIndexOf('/') + 1
  return {
    name: pathAndName.slice(slash),
    id: `ANPA${Buffer.from(pathAndName).toString('hex').slice(0, 17).toUpperCase()}`,
    arn,
    path: `/${pathAndName.slice(0, slash)}`,
    createdAt: '2015-02-06T18:40:00.000Z',
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: statements.map((statement) => ({ ...statement, Effect: 'Allow', Resource: '*' })),
    }),
  }
}

/** What may be attached, for the message about what may not. */
export const managedPolicyArns = (): string =>
  Object.keys(POLICIES)
    .map((name) => PREFIX + name)
    .join(', ')
