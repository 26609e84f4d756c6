import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupArn, groupOf } from '../arns.ts'
import { findGroup } from '../find.ts'

const schema = z.object({ resourceArn: z.string() })

export const listTagsForResource: Operation = (input, call) => {
  const { resourceArn } = parseInput(schema, input, 'InvalidParameterException')
  const name = groupOf(resourceArn)
  call.authorize('logs:ListTagsForResource', groupArn(call.cloud, name))
  return { tags: findGroup(call.cloud, name).tags }
}
