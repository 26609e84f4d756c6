import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { configurationOf } from '../configuration.ts'
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
  if ((input.CodeSha256 ?? latest.codeSha256) !== latest.codeSha256) {
    throw new ServiceError('PreconditionFailedException', 'CodeSHA256 is different from the current one.', 412)
  }
  if ((input.RevisionId ?? latest.revisionId) !== latest.revisionId) {
    throw new ServiceError('PreconditionFailedException', 'The RevisionId provided is not the latest one.', 412)
  }
  return configurationOf(call.cloud, record, publish(call.cloud, record, input.Description))
}
