import { createHash } from 'node:crypto'

/** Where the stack lives, and what it is called. */
export interface StackIdentity {
  /** Pulumi project: `keyturn`. */
  readonly project: string
  /** Pulumi stack: `dev`. */
  readonly stack: string
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string
  readonly region: string
  readonly accountId: string
}

export interface Naming {
  /** The value of the tag that makes a secret this stack's: `keyturn/dev`. */
  readonly stackTag: string
  /** Full Secrets Manager name: `keyturn/dev/openai`. */
  secret(name: string): string
  /** Matches the ARNs of all the stack's secrets, whose last six characters AWS picks. */
  readonly anySecretArn: string
  /** `alias/keyturn/dev/upstream` */
  keyAlias(group: string): string
  /** A name in AWS for anything else, unique in the account and Region: `keyturn-dev-rotate-provider`. */
  physical(part: string): string
  roleArn(part: string): string
  functionArn(part: string): string
  readonly accountRoot: string
  /** The service name under which Secrets Manager calls KMS on a caller's behalf. */
  readonly viaSecretsManager: string
}

export function naming({ project, stack, partition, region, accountId }: StackIdentity): Naming {
  const physical = (part: string): string => fitName(`${project}-${stack}-${part}`, PHYSICAL_LIMIT)
  return {
    stackTag: `${project}/${stack}`,
    secret: (name) => `keyturn/${stack}/${name}`,
    anySecretArn: `arn:${partition}:secretsmanager:${region}:${accountId}:secret:keyturn/${stack}/*`,
    keyAlias: (group) => `alias/keyturn/${stack}/${group}`,
    physical,
    functionArn: (part) => `arn:${partition}:lambda:${region}:${accountId}:function:${physical(part)}`,
    roleArn: (part) => `arn:${partition}:iam::${accountId}:role/${physical(part)}`,
    accountRoot: `arn:${partition}:iam::${accountId}:root`,
    viaSecretsManager: `secretsmanager.${region}.amazonaws.com`,
  }
}

/** The shortest limit of what Keyturn names: IAM roles, Lambda functions and schedules. */
export const PHYSICAL_LIMIT = 64

/**
 * `name` in the characters that every AWS service takes, `limit` of them at most. What had to be changed ends in a
 * digest of the original, so that two long names never fall together.
 */
export function fitName(name: string, limit: number): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-|-$/g, '')
  if (plain === name && plain.length <= limit) return plain
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${plain.slice(0, limit - digest.length - 1).replace(/-$/, '')}-${digest}`.replace(/^-/, '')
}
