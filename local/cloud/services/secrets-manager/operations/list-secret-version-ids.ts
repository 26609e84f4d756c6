import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'
import { paginate } from '../paginate.ts'

const schema = z.object({
  SecretId: secretId,
  IncludeDeprecated: z.boolean().default(false),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html */
export function listSecretVersionIds(input: unknown, call: Call): unknown {
  const { SecretId, IncludeDeprecated, MaxResults, NextToken } = parseInput(schema, input)
  const secret = findSecret(call, 'secretsmanager:ListSecretVersionIds', SecretId, { deletedToo: true })
  const versions = Object.values(secret.versions).filter(({ stages }) => IncludeDeprecated || stages.length > 0)
  const page = paginate(versions, MaxResults, NextToken)
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: page.items.map(({ id, stages, createdAt, accessedAt, value }) => ({
      VersionId: id,
      VersionStages: stages.length > 0 ? stages : undefined,
      CreatedDate: new Date(createdAt),
      LastAccessedDate: accessedAt && new Date(accessedAt),
      KmsKeyIds: value && [secret.kmsKeyId === undefined ? 'DefaultEncryptionKey' : value.keyArn],
    })),
    NextToken: page.NextToken,
  }
}
