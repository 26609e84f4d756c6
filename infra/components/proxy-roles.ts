import { TAG } from '../../core/tags.ts'
import type { Naming } from '../naming.ts'
import { allow, allowTagged, allowThroughSecretsManager, type IamStatement } from '../policies/permissions.ts'

/** The value of the tag that makes a secret one which the proxy reads. */
export const READS = 'reads'

/** All that the running proxy may do: read its own secrets, and decrypt them through Secrets Manager alone. */
export function taskStatements(keyArns: readonly string[], naming: Naming): readonly IamStatement[] {
  return [
    allowTagged('ReadOwnSecrets', READ, naming, { [TAG.proxy]: READS }),
    allowThroughSecretsManager('DecryptOwnSecrets', ['kms:Decrypt'], [...new Set(keyArns)], naming),
  ]
}

const READ = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']

/** All that ECS may do to start the proxy: pull its image and write its log. */
export function executionStatements(repositoryArn: string, logGroupArn: string): readonly IamStatement[] {
  const pulling = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']
  return [
    // A registry token belongs to no repository: IAM knows only "*" here.
    allow('LogInToRegistry', ['ecr:GetAuthorizationToken'], ['*']),
    allow('PullOwnImage', pulling, [repositoryArn]),
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`${logGroupArn}:*`]),
  ]
}
