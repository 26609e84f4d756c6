import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'
import { metadata, stagesByVersion } from '../metadata.ts'

const schema = z.object({ SecretId: secretId })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export function describeSecret(input: unknown, call: Call): unknown {
  const { SecretId } = parseInput(schema, input)
  const secret = findSecret(call, 'secretsmanager:DescribeSecret', SecretId, { deletedToo: true })
  return { ...metadata(secret), VersionIdsToStages: stagesByVersion(secret) }
}
