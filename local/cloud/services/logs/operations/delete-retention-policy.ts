import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { streamArn } from '../arns.ts'
import { findGroup } from '../find.ts'
import { groupName } from '../names.ts'

const schema = z.object({ logGroupName: groupName })

export const deleteRetentionPolicy: Operation = (input, call) => {
  const { logGroupName } = parseInput(schema, input, 'InvalidParameterException')
  call.authorize('logs:DeleteRetentionPolicy', streamArn(call.cloud, logGroupName))
  delete findGroup(call.cloud, logGroupName).retentionDays
}
