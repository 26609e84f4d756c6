import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { configurationOf } from '../configuration.ts'
import { invalidParameter } from '../errors.ts'
import { assertChangeable } from '../function-state.ts'
import { publish } from '../versions.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

const schema = z.object({
  ...functionInput,
  CodeSha256: z.string().optional(),
  Description: z.string().max(256).optional(),
  RevisionId: z.string().optional(),
})

/** docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html */
export const publishVersion: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  const { record } = authorizedFunction(call, 'lambda:PublishVersion', input)
  assertChangeable(record)
  const { latest } = record
  if ((input.RevisionId ?? latest.revisionId) !== latest.revisionId) {
    throw new ServiceError(
      'PreconditionFailedException',
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      412,
    )
  }
  if ((input.CodeSha256 ?? latest.codeSha256) !== latest.codeSha256) {
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    )
  }
  return configurationOf(call.cloud, record, publish(call.cloud, record, input.Description))
}
