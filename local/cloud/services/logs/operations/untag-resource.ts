import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupArn, groupOf } from '../arns.ts'
import { findGroup } from '../find.ts'

const schema = z.object({ resourceArn: z.string(), tagKeys: z.array(z.string()) })

export const untagResource: Operation = (input, call) => {
  const { resourceArn, tagKeys } = parseInput(schema, input, 'InvalidParameterException')
  const name = groupOf(resourceArn)
  call.authorize('logs:UntagResource', groupArn(call.cloud, name))
  const { tags } = findGroup(call.cloud, name)
  for (const key of tagKeys) delete tags[key]
}
