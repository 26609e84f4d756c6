import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { findSecret } from '../find-secret.ts'
import { secretId } from '../input.ts'
import { tagContext, tagList, withTags } from '../tags.ts'

const schema = z.object({ SecretId: secretId, Tags: tagList })

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html */
export function tagResource(input: unknown, call: Call): unknown {
  const { SecretId, Tags } = parseInput(schema, input)
  const secret = findSecret(call, 'secretsmanager:TagResource', SecretId, { context: tagContext(Tags) })
  secret.tags = withTags(secret.tags, Tags)
  return {}
}
