import { allow, type IamStatement } from '../permissions.ts'

export interface ProxyReads {
  readonly secretArns: readonly string[]
  readonly keyArns: readonly string[]
  readonly viaSecretsManager: string
}

/** All that the running proxy may do: read its own secrets, and decrypt them through Secrets Manager alone. */
export function taskStatements({ secretArns, keyArns, viaSecretsManager }: ProxyReads): readonly IamStatement[] {
  return [
    allow('ReadOwnSecrets', ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], secretArns),
    {
      ...allow('DecryptOwnSecrets', ['kms:Decrypt'], [...new Set(keyArns)]),
      Condition: {
        StringEquals: { 'kms:ViaService': viaSecretsManager, 'kms:EncryptionContext:SecretARN': secretArns },
      },
    },
  ]
}

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
