import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupArn, groupOf } from '../arns.ts'
import { findGroup } from '../find.ts'
import { tags } from '../names.ts'

const schema = z.object({ resourceArn: z.string(), tags })

export const tagResource: Operation = (input, call) => {
  const { resourceArn, tags } = parseInput(schema, input, 'InvalidParameterException')
  const name = groupOf(resourceArn)
  call.authorize('logs:TagResource', groupArn(call.cloud, name))
  Object.assign(findGroup(call.cloud, name).tags, tags)
}
