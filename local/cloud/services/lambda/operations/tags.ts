import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { withTags } from '../tags.ts'
import { authorizedFunction } from './authorized-function.ts'

const resource = { Resource: z.string().startsWith('arn:', 'must be the ARN of a function') }

/** docs.aws.amazon.com/lambda/latest/api/API_TagResource.html */
export const tagResource: Operation = (raw, call) => {
  const input = parseInput(z.object({ ...resource, Tags: z.record(z.string(), z.string()) }), raw)
  const { record } = authorizedFunction(call, 'lambda:TagResource', { FunctionName: input.Resource })
  record.tags = withTags(record.tags, input.Tags)
}

/** docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html */
export const untagResource: Operation = (raw, call) => {
  const tagKeys = z.union([z.string().transform((key) => [key]), z.array(z.string())])
  const input = parseInput(z.object({ ...resource, tagKeys }), raw)
  const { record } = authorizedFunction(call, 'lambda:UntagResource', { FunctionName: input.Resource })
  record.tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !input.tagKeys.includes(key)))
}

/** docs.aws.amazon.com/lambda/latest/api/API_ListTags.html */
export const listTags: Operation = (raw, call) => {
  const input = parseInput(z.object(resource), raw)
  const { record } = authorizedFunction(call, 'lambda:ListTags', { FunctionName: input.Resource })
  return { Tags: record.tags }
}
