import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { dropUnusedCode, storeCode } from '../code.ts'
import { configurationOf } from '../configuration.ts'
import { lambdaOf } from '../create-lambda.ts'
import { assertChangeable, beginChange } from '../function-state.ts'
import { unpublished } from '../settings.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

const schema = z.object({
  ...functionInput,
  ZipFile: z.base64('must be the zip itself: the local cloud has no S3'),
  Architectures: z
    .array(z.enum(['arm64', 'x86_64']))
    .length(1)
    .optional(),
  Publish: unpublished,
})

/** docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
export const updateFunctionCode: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  const { cloud } = call
  const { record } = authorizedFunction(call, 'lambda:UpdateFunctionCode', input)
  assertChangeable(record)
  const { latest } = record
  record.latest = {
    ...latest,
    revisionId: cloud.random.uuid(),
    lastModified: cloud.clock.now().toISOString(),
    ...storeCode(cloud, Buffer.from(input.ZipFile, 'base64')),
    settings: { ...latest.settings, architectures: input.Architectures ?? latest.settings.architectures },
  }
  beginChange(cloud, record, latest)
  dropUnusedCode(cloud)
  lambdaOf(cloud).retire(record.name)
  return configurationOf(cloud, record, record.latest)
}
