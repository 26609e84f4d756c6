import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { filterList, passes } from '../filters.ts'
import { findSecret } from '../find-secret.ts'
import { invalidParameter, secretId } from '../input.ts'
import { paginate } from '../paginate.ts'
import { readSecret } from './get-secret-value.ts'

const schema = z.object({
  SecretIdList: z.array(secretId).min(1).max(20).optional(),
  Filters: filterList.optional(),
  MaxResults: z.int().min(1).max(20).optional(),
  NextToken: z.string().optional(),
})

/**
 * Each secret needs GetSecretValue of its own; one that fails is listed under Errors.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
 */
export function batchGetSecretValue(input: unknown, call: Call): unknown {
  const { SecretIdList, Filters = [], MaxResults, NextToken } = parseInput(schema, input)
  const { cloud } = call
  call.authorize('secretsmanager:BatchGetSecretValue', '*')
  const filtered = Filters.length > 0
  if (MaxResults !== undefined && !filtered) {
    throw invalidParameter("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.")
  }
  if ((SecretIdList !== undefined) === filtered) {
    throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
  }
  if (SecretIdList === undefined) call.authorize('secretsmanager:ListSecrets', '*')
  const ids =
    SecretIdList ??
    Object.values(cloud.state.secretsManager.secrets)
      .filter((secret) => secret.deletionAt === undefined && passes(cloud, secret, Filters))
      .map(({ arn }) => arn)
  const page = paginate(ids, MaxResults ?? 20, NextToken)
  const results = page.items.map((id) => readOne(call, id))
  return {
    SecretValues: results.filter(({ ErrorCode }) => ErrorCode === undefined),
    Errors: results.filter(({ ErrorCode }) => ErrorCode !== undefined),
    NextToken: page.NextToken,
  }
}

function readOne(call: Call, id: string): Record<string, unknown> {
  try {
    const context = { 'secretsmanager:VersionStage': 'AWSCURRENT' }
    return readSecret(call, findSecret(call, 'secretsmanager:GetSecretValue', id, { context }))
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { SecretId: id, ErrorCode: error.code, Message: error.message }
  }
}
