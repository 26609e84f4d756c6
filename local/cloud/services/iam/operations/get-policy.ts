import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { attachmentsOf, findPolicy } from '../find-policy.ts'
import { renderPolicy } from '../render.ts'

const schema = z.object({ PolicyArn: z.string() })

export const getPolicy: Operation = (input, call) => {
  const { PolicyArn } = parseInput(schema, input, 'ValidationError')
  call.authorize('iam:GetPolicy', PolicyArn)
  return { Policy: renderPolicy(findPolicy(call.cloud, PolicyArn), attachmentsOf(call.cloud, PolicyArn)) }
}
